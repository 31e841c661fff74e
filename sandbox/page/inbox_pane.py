"""The right pane: mails with their banners, to be opened and clicked, and a form to write another."""

from collections.abc import Sequence
from html import escape

from sandbox.hubspot.crm import Crm
from sandbox.page.inbox import Inbox, Mail
from sandbox.page.place import Place, is_number

SHOWN = 8


def inbox_pane(inbox: Inbox, crm: Crm, senders: Sequence[str], place: Place) -> str:
    """The mails, or the one that is open."""
    opened = inbox.find(int(place.mail)) if is_number(place.mail) else None
    inside = _opened(opened, place) if opened else _all(inbox, place)
    return (
        f'<section class="pane inbox" id="inbox" aria-label="Inbox"><h2>Inbox</h2>{inside}'
        f"{_write_form(crm, senders, place)}</section>"
    )


def _all(inbox: Inbox, place: Place) -> str:
    rows = "".join(
        f'<li><a href="{place.link(mail=str(mail.id))}"><b>{escape(mail.subject)}</b> '
        f"<small>to {escape(mail.recipient)}<br>from {escape(mail.sender)}, {mail.at:%H:%M}</small></a></li>"
        for mail in inbox.mails[:SHOWN]
    )
    return f'<ul class="mails">{rows}</ul>' if rows else '<p class="quiet">No mail yet: write one below.</p>'


def _opened(mail: Mail, place: Place) -> str:
    return (
        f'<p><a href="{place.link(mail="")}">← all mails</a></p><article class="mail"><h3>{escape(mail.subject)}</h3>'
        f'<p class="quiet">from {escape(mail.sender)}<br>to {escape(mail.recipient)}</p>'
        f"<p>Hello,</p><p>as promised, here is what we spoke about. Have a look, and let me know what you think.</p>"
        f'<p>Best regards</p><div class="signature">{mail.html}</div></article>'
        f'<form method="post" action="/inbox/scan" class="line">{place.hidden()}'
        "<button>A scanner reads this mail</button></form>"
        '<p class="quiet">Click the banner as the recipient would.</p>'
    )


def _write_form(crm: Crm, senders: Sequence[str], place: Place) -> str:
    people = sorted(one.properties["email"] for one in crm.contacts.values() if "email" in one.properties)
    options = "".join(f'<option value="{escape(one)}">' for one in people)
    froms = "".join(f"<option>{escape(one)}</option>" for one in senders)
    return (
        f'<form method="post" action="/inbox/write" class="card">{place.hidden()}<h3>Write a mail</h3>'
        f'<label>From<select name="sender">{froms}</select></label>'
        '<label>To<input name="recipient" type="email" required list="people" placeholder="a contact, or anybody else">'
        f'</label><datalist id="people">{options}</datalist><button class="primary">Send</button></form>'
    )
