"""What happens to e-mails, in plain words."""

from collections.abc import Hashable
from typing import Final

from sandbox.mail.mail import Fetch, Mail
from sandbox.page.telling import Names, Partner, Telling

ACTS: Final = {
    "written": ("{sender} wrote a mail with a banner to {recipient}", ""),
    "opened": ("{recipient} opened {sender}’s mail", "who opened it"),
    "clicked": ("{recipient} clicked the banner in {sender}’s mail", "clicked the banner"),
    "scanned": (
        "A mail scanner followed every link of {sender}’s mail to {recipient}, which is nobody’s click",
        "a mail scanner followed every link, which is nobody’s click",
    ),
}
"""Told alone, and where the story of the mail goes on."""
PARTNERS: Final[dict[str, Partner]] = {"clicked": "Slack"}
VISITOR: Final = "{recipient} clicked the banner in {sender}’s mail and was led to the campaign’s page"
OPTED_OUT: Final = "nothing was stored, as {recipient} is opted out"


def tell_mail(fetch: Fetch, names: Names) -> Telling:
    """What the gateway, a reader or a scanner did."""
    status = str(fetch.status) if fetch.status else "no answer"
    detail = f"{_FETCHES[fetch.act]}: {fetch.request} → {status} in {fetch.seconds * 1000:.0f} ms"
    alone, goes_on = (one.format(**_people(fetch.mail, names)) for one in ACTS[fetch.act])
    if fetch.act == "clicked":
        alone, goes_on = alone + _unless_stored(fetch.mail, names), goes_on + _unless_stored(fetch.mail, names)
    went_well, partner = 200 <= fetch.status < 400, PARTNERS.get(fetch.act, "")
    return Telling(alone, _keys(fetch.mail, names), detail, True, went_well, goes_on=goes_on, partner=partner)


def tell_click(mail: Mail | None, names: Names, path: str) -> Telling:
    """The visitor's browser arrived where a banner leads; the mail is not known in every browser."""
    detail = f"Browser → Footlight: GET /c/… → 302 → {path}"
    if mail is None:
        return Telling(
            "Somebody clicked a banner and was led to the campaign’s page", frozenset(), detail, True, deed="click"
        )
    unless_stored = _unless_stored(mail, names)
    says = VISITOR.format(**_people(mail, names)) + unless_stored
    return Telling(says, _keys(mail, names), detail, True, deed="" if unless_stored else "click", partner="Slack")


def _unless_stored(mail: Mail, names: Names) -> str:
    """The end of a click's sentence, where that is all that comes of it."""
    return f"; {OPTED_OUT.format(**_people(mail, names))}" if names.is_opted_out(mail.recipient) else ""


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
