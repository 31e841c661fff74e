"""What happens to e-mails, in plain words."""

from collections.abc import Hashable
from typing import Final

from sandbox.mail.mail import Fetch, Mail
from sandbox.page.telling import Names, Telling

ACTS: Final = {
    "written": ("{sender} wrote a mail with a banner to {recipient}", ""),
    "opened": ("{recipient} opened {sender}’s mail", "who opened it"),
    "clicked": ("{recipient} clicked the banner in {sender}’s mail", "clicked the banner"),
    "scanned": (
        "A security scanner followed every link of {sender}’s mail to {recipient}",
        "whose scanner followed every link",
    ),
}
"""Told alone, and where the story of the mail goes on."""
VISITOR: Final = "{recipient} clicked the banner in {sender}’s mail and was led to the campaign’s page"


def tell_mail(fetch: Fetch, names: Names) -> Telling:
    """What the gateway, a reader or a scanner did."""
    status = str(fetch.status) if fetch.status else "no answer"
    detail = f"{_FETCHES[fetch.act]}: {fetch.request} → {status} in {fetch.seconds * 1000:.0f} ms"
    alone, goes_on = (one.format(**_people(fetch.mail, names)) for one in ACTS[fetch.act])
    went_well = 200 <= fetch.status < 400
    return Telling(alone, _keys(fetch.mail, names), detail, True, went_well, goes_on=goes_on)


def tell_click(mail: Mail | None, names: Names, path: str) -> Telling:
    """The visitor's browser arrived where a banner leads; the mail is not known in every browser."""
    detail = f"Browser → Footlight: GET /c/… → 302 → {path}"
    if mail is None:
        return Telling(
            "Somebody clicked a banner and was led to the campaign’s page", frozenset(), detail, True, deed="click"
        )
    return Telling(VISITOR.format(**_people(mail, names)), _keys(mail, names), detail, True, deed="click")


_FETCHES: Final = {
    "written": "Mail gateway → Footlight",
    "opened": "Mail program → Footlight",
    "clicked": "Browser → Footlight",
    "scanned": "Mail scanner → Footlight",
}


def _people(mail: Mail, names: Names) -> dict[str, str]:
    return {"sender": names.sender(mail.sender), "recipient": names.recipient(mail.recipient)}


def _keys(mail: Mail, names: Names) -> frozenset[Hashable]:
    """Slack's messages name a contact by name and a lead by address."""
    return frozenset({("mail", mail.id), ("person", mail.recipient), ("name", names.recipient(mail.recipient))})
