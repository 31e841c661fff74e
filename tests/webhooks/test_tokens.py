"""Tokens open with any key, and with nothing else."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.sealing import Keys
from webhooks.tokens import LONGEST_TARGET, LONGEST_TOKEN, BadToken, Opened, new_mail_id, open_token, seal

KEYS = Keys.parse("a long random text")
MAIL_ID = "AbC-_0123456"
NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def content(**what):
    made = {
        "mail_id": MAIL_ID,
        "sender": "anna@ours.de",
        "recipient": "max@firma.de",
        "account_domain": "firma.de",
        "target_url": "https://ours.de/summit",
    }
    return Opened(**(made | what))


TOKEN = seal(KEYS, content())


@given(
    st.emails(),
    st.none() | st.emails(),
    st.none() | st.text(max_size=253),
    st.none() | st.text(max_size=200),
    st.binary(min_size=6, max_size=6),
    st.datetimes(timezones=st.just(UTC)),
)
def test_round_trip(sender, recipient, account_domain, target_url, octets, now):
    """What was sealed comes back, and the token is fit for a path and names nobody."""
    sealed = Opened(new_mail_id(now, lambda _: octets), sender, recipient, account_domain, target_url)
    token = seal(KEYS, sealed)

    assert open_token(KEYS, token) == sealed
    assert re.fullmatch(r"[A-Za-z0-9_-]{12}\.[A-Za-z0-9_-]+", token)


def test_the_longest():
    """Two addresses of the greatest length and the longest target fit; a longer target is left out."""
    longest = content(sender="s" * 254, recipient="r" * 254, account_domain=None, target_url="t" * LONGEST_TARGET)
    longer = content(target_url="t" * (LONGEST_TARGET + 1))

    assert len(seal(KEYS, longest)) <= LONGEST_TOKEN
    assert open_token(KEYS, seal(KEYS, longest)) == longest
    assert open_token(KEYS, seal(KEYS, longer)).target_url is None


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="ascii"))
def test_a_changed_character_never_opens(at, character):
    """Whichever character is changed, the token opens no more."""
    changed = TOKEN[:at] + character + TOKEN[at + 1 :]
    if changed == TOKEN:
        return

    with pytest.raises(BadToken):
        open_token(KEYS, changed)


@pytest.mark.parametrize("recipient", ["m@firma.de", "ma@firma.de", "max@firma.de"])
def test_no_other_spelling_of_the_end(recipient):
    """No other last character opens a token, whatever bits of it the decoding would drop."""
    token = seal(KEYS, content(recipient=recipient))
    opened = []
    for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        try:
            opened.append(open_token(KEYS, token[:-1] + last) and last)
        except BadToken:
            continue

    assert opened == [token[-1]]


@pytest.mark.parametrize("garbage", ["=", "==", "A", ".", " ", "\n", "%20", "?utm=1", "/", "ü", "AAAA", ".AAAA"])
def test_trailing_garbage(garbage):
    """What a scanner appends makes a token mangled, and its mail is still told."""
    with pytest.raises(BadToken) as refused:
        open_token(KEYS, TOKEN + garbage)

    assert refused.value.mail_id == MAIL_ID


@pytest.mark.parametrize(
    ("text", "mail_id"),
    [
        (MAIL_ID, MAIL_ID),
        (f"{MAIL_ID}.", MAIL_ID),
        (f"{MAIL_ID}.AAAA", MAIL_ID),
        (TOKEN[:-1], MAIL_ID),
        (TOKEN.lower(), MAIL_ID.lower()),
        (f"{MAIL_ID}.{'A' * LONGEST_TOKEN}", MAIL_ID),
        (f"{MAIL_ID}A", None),
        ("short.AAAA", None),
        ("", None),
        ("\ud800", None),
        ("ünïcödeünïcö.AAAA", None),
    ],
)
def test_mangled(text, mail_id):
    """A mangled token tells its mail as long as that part is readable."""
    with pytest.raises(BadToken) as refused:
        open_token(KEYS, text)

    assert refused.value.mail_id == mail_id


def test_another_mail_id():
    """A token's rest opens with its own mail id only."""
    with pytest.raises(BadToken):
        open_token(KEYS, "B" * 12 + TOKEN[12:])


def test_rotation():
    """After a rotation old tokens still open, new ones are sealed with the newest key, and a dropped key opens none."""
    rotated = Keys.parse("a newer text, a long random text")

    assert open_token(rotated, TOKEN) == content()
    assert open_token(Keys.parse("a newer text"), seal(rotated, content())) == content()
    with pytest.raises(BadToken):
        open_token(Keys.parse("a newer text"), TOKEN)


def test_every_token_is_another():
    """Two tokens of one content differ, and mail ids do not repeat."""
    assert len({seal(KEYS, content()) for _ in range(100)}) == 100
    assert len({new_mail_id(NOW) for _ in range(100)}) == 100


def test_mails_of_one_minute_lie_together():
    """The ids of mails of one minute begin alike, those of the next one otherwise: an index keeps them together."""
    minutes = [{new_mail_id(NOW + later)[:4] for _ in range(9)} for later in (timedelta(), timedelta(minutes=1))]

    assert [len(begins) for begins in minutes] == [1, 1]
    assert minutes[0] != minutes[1]
