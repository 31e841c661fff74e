"""The right pane: mails with their banners, to be opened and clicked, and a form to write another."""

from collections.abc import Sequence
from html import escape
from zoneinfo import ZoneInfo

from sandbox.hubspot.crm import Crm
from sandbox.mail.inbox import Inbox
from sandbox.mail.mail import Mail
from sandbox.page.place import Place, is_number

SHOWN = 8


def inbox_pane(inbox: Inbox, crm: Crm, senders: Sequence[str], place: Place, zone: ZoneInfo | None) -> str:
    """The mails, or the one that is open."""
    opened = inbox.find(int(place.mail)) if is_number(place.mail) else None
    inside = _opened(opened, crm, place) if opened else _all(inbox, crm, place, zone)
    return (
        f'<section class="pane inbox" id="inbox" aria-label="Inbox"><h2>Inbox</h2>{inside}'
        f"{_write_form(crm, senders, place)}</section>"
    )


def _all(inbox: Inbox, crm: Crm, place: Place, zone: ZoneInfo | None) -> str:
    rows = "".join(_row(mail, crm, place, zone) for mail in inbox.mails[:SHOWN])
    return f'<ul class="mails">{rows}</ul>' if rows else '<p class="quiet">No mail yet: write one below.</p>'


def _row(mail: Mail, crm: Crm, place: Place, zone: ZoneInfo | None) -> str:
    at = mail.at.astimezone(zone)
    return (
        f'<li><a href="{place.link(mail=str(mail.id))}"><b>{escape(mail.subject)}</b> '
        f'<time datetime="{at.isoformat()}">{at:%H:%M}</time>'
        f"<small>to {escape(mail.recipient)}{_kind(mail, crm)}<br>from {escape(mail.sender)}</small></a></li>"
    )


def _kind(mail: Mail, crm: Crm) -> str:
    """Whether HubSpot knows the recipient, which decides between lead and feed."""
    known = crm.contact_by_address(mail.recipient) is not None
    return f' <span class="badge">{"contact" if known else "not in HubSpot"}</span>'


def _opened(mail: Mail, crm: Crm, place: Place) -> str:
    first_name = mail.sender.split(".")[0].capitalize()
    return (
        f'<p><a href="{place.link(mail="")}">← all mails</a></p><article class="mail"><h3>{escape(mail.subject)}</h3>'
        f'<p class="quiet">from {escape(mail.sender)}<br>to {escape(mail.recipient)}{_kind(mail, crm)}</p>'
        f"<p>Hello,</p><p>as promised, here is what we spoke about. Have a look, and let me know what you think.</p>"
        f'<p>Best regards<br>{escape(first_name)}</p><div class="signature">{mail.html}</div></article>'
        '<p class="quiet">You are the recipient: click the banner. '
        "Each mail asks for its own, so another recipient may see another one.</p>"
        f'<form method="post" action="/inbox/scan" class="line">{place.hidden()}'
        "<button>A scanner reads this mail</button></form>"
    )


def _write_form(crm: Crm, senders: Sequence[str], place: Place) -> str:
    people = sorted(one.properties["email"] for one in crm.contacts.values() if "email" in one.properties)
    options = "".join(f'<option value="{escape(one)}">' for one in people)
    froms = "".join(f"<option>{escape(one)}</option>" for one in senders)
    return (
        f'<form method="post" action="/inbox/write" class="card">{place.hidden()}<h3>Write a mail</h3>'
        f'<label>From<select name="sender">{froms}</select></label>'
        '<label>To<input name="recipient" type="email" required list="addresses"'
        ' placeholder="a contact, or anybody else">'
        f'</label><datalist id="addresses">{options}</datalist><button class="primary">Send</button></form>'
    )
