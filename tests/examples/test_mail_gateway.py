"""Mails of all kinds through the sample mail gateway: the banner where it belongs, and no other octet touched."""

import re
from email import message_from_bytes
from email.message import Message

import pytest

from tests.examples.conftest import ANNA, MAILS, Gateway, NextHop

# What a mail has in front of its banner, in characters of the decoded HTML.
WHERE = {
    "apple_mail__reply": 'lineBreakAtBeginningOfMessage"><div><br>',
    "apple_mail__text_around_a_file": "<div>Best, Anna</div>",
    "gmail__reply": 'dir="ltr">Anna ✨</div></div><br>',
    "headers__eight_bit": "<p>Grüße</p>",
    "html_only__iso_2022_jp": "東京</p>",
    "html_only__latin1_8bit": "<p>Anna</p>",
    "html_only__no_charset": "Grüße</p>",
    "html_only__shift_jis": "東京</p>",
    "html_only__unknown_charset": "<p>Hello</p>",
    "html_only__utf16_base64": "日本</p>",
    "html_only__utf16be_quoted_printable": "日本</p>",
    "html_only__wrong_charset": "Grüße</p>",
    "invitation__calendar": "<p>Meeting</p>",
    "malformed__bare_line_feeds": "<p>Hello</p>",
    "malformed__invalid_quoted_printable": "end",
    "malformed__no_closing_delimiter": "<p>Hello</p>",
    "malformed__odd_content_types": "<p>Hello</p>",
    "mixed__attachments": "<p>Hello</p>",
    "mixed__list_footer": "<p>Hello list</p>",
    "outlook_web__reply_base64": '<div id="Signature"><p>Anna Adler</p></div>',
    "outlook_windows__reply": "<o:p>&nbsp;</o:p></p>\n<div>",
    "thunderbird__reply_below_the_quote": "Anna</div>",
}
ALL = sorted(path.stem for path in MAILS.glob("*.eml"))
BANNER = re.compile(r'<a href="https://footlight\.ours\.de/c/[\w.-]+".*?</a><div.*?</div>', re.DOTALL)
# They do not say their character set, or say a wrong one.
AS_LATIN_1 = (
    "html_only__no_charset",
    "html_only__wrong_charset",
    "html_only__unknown_charset",
    "malformed__odd_content_types",
)


def kept(name: str) -> bytes:
    return (MAILS / f"{name}.eml").read_bytes()


def leaves(mail: bytes) -> list[Message]:
    return [part for part in message_from_bytes(mail).walk() if not part.is_multipart()]


def decoded(part: Message, name: str) -> str:
    octets = part.get_payload(decode=True)
    assert isinstance(octets, bytes)
    charset = "latin-1" if name in AS_LATIN_1 else part.get_content_charset("latin-1")
    return octets.decode(charset).replace("\r\n", "\n")


def bannered(mail: bytes, name: str) -> list[str]:
    html = [part for part in leaves(mail) if part.get_content_type() == "text/html"]
    return [text for text in (decoded(part, name) for part in html) if BANNER.search(text)]


@pytest.mark.parametrize("name", WHERE)
async def test_banner_stands_where_a_signature_would(name: str, gateway: Gateway, next_hop: NextHop) -> None:
    """The banner is put in once, below what was written and above what is quoted; the text stays as it was."""
    await gateway.send(kept(name))

    ((_, _, passed),) = next_hop.mails
    (text,) = bannered(passed, name)
    before, banner, after = text.partition(BANNER.search(text)[0])  # type: ignore[index]
    assert before.rstrip().endswith(WHERE[name])
    assert "Fr&#252;hling &amp; mehr" in banner
    assert not BANNER.search(after)
    originals = [decoded(part, name) for part in leaves(kept(name)) if part.get_content_type() == "text/html"]
    assert re.sub(r"\s", "", before + after) in [re.sub(r"\s", "", original) for original in originals]


@pytest.mark.parametrize("name", WHERE)
async def test_nothing_else_is_touched(name: str, gateway: Gateway, next_hop: NextHop) -> None:
    """All octets in front of the HTML part and behind it are those that came; where it is no base64, all others too."""
    mail = with_end(kept(name))
    await gateway.send(mail)

    ((_, _, passed),) = next_hop.mails
    start = next(place for place, (a, b) in enumerate(zip(mail + b"\0", passed, strict=False)) if a != b)
    end = next(place for place, (a, b) in enumerate(zip(mail[::-1] + b"\0", passed[::-1], strict=False)) if a != b)
    if "base64" in name:
        html = max(part.get_payload() for part in leaves(mail) if part.get_content_type() == "text/html")
        assert len(mail) - start - end <= len(str(html))
    else:
        assert start + end >= len(mail)


@pytest.mark.parametrize("name", sorted(set(ALL) - set(WHERE)))
async def test_passes_untouched(name: str, gateway: Gateway, next_hop: NextHop) -> None:
    """Signed, encrypted, plain, unclear or foreign, or with a banner already: the very octets that came go on."""
    sender = {"from_elsewhere": "max@firma.example", "bounce__delivery_status": "<>"}.get(name, ANNA)
    await gateway.send(kept(name), sender=sender)

    assert next_hop.mails == [(sender, ("max@firma.example",), with_end(kept(name)))]


def with_end(mail: bytes) -> bytes:
    """SMTP ends a mail with a line break."""
    return mail if mail.endswith(b"\r\n") else mail + b"\r\n"


async def test_each_recipient_has_a_banner_of_their_own(gateway: Gateway, next_hop: NextHop) -> None:
    """A mail to several becomes one for each, with a link of their own, and no one's link is anybody else's."""
    recipients = ("max@firma.example", "eva@firma.example", "jo@acme.example")
    await gateway.send(kept("gmail__reply"), *recipients)

    links = [BANNER.findall(bannered(mail, "")[0])[0] for _, _, mail in next_hop.mails]
    assert [to for _, to, _ in next_hop.mails] == [(recipient,) for recipient in recipients]
    assert len(set(links)) == 3


async def test_many_recipients_share_one_mail(start: object, footlight: object, next_hop: NextHop) -> None:
    """Beyond the limit a mail is not split: all get one banner, that tells nobody from the others."""
    gateway = await start(footlight.url, split_up_to=2)  # type: ignore[attr-defined, operator]
    recipients = ("max@firma.example", "eva@firma.example", "jo@acme.example")
    await gateway.send(kept("gmail__reply"), *recipients)

    ((_, to, mail),) = next_hop.mails
    assert to == recipients
    assert len(bannered(mail, "")) == 1
