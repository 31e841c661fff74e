"""Addresses: one spelling each, and the account that a domain makes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.addresses import NotAnAddress, account_domain, domain_of, normalise, normalise_domain


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("max@firma.de", "max@firma.de"),
        ("  Max.Muster+News@FIRMA.de\n", "max.muster+news@firma.de"),
        ("ｍａｘ＠ｆｉｒｍａ．ｄｅ", "max@firma.de"),
        ("jörg@münchen.de", "jörg@xn--mnchen-3ya.de"),
        ("max@faß.de", "max@xn--fa-hia.de"),
        ("max@firma。de", "max@firma.de"),
        ("o'neill@firma.co.uk", "o'neill@firma.co.uk"),
        ("max@3m.com", "max@3m.com"),
    ],
)
def test_one_spelling(text, address):
    """However an address is written, it is stored under one spelling."""
    assert normalise(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "max",
        "@firma.de",
        "max@",
        "max@firma",
        "max@firma..de",
        "max@-firma.de",
        "max@192.168.1.1",
        "max@[192.168.1.1]",
        "max@firma.de.",
        "max@mu_ster.de",
        "max@i❤.ws",
        "max@@firma.de",
        "Max <max@firma.de>",
        "mailto:max@firma.de",
        '"max"@firma.de',
        "max muster@firma.de",
        "max@firma.de, anna@firma.de",
        "max\x00@firma.de",
        "max\x1b@firma.de",
        "max\u202e@firma.de",
        "max\u200b@firma.de",
        "max\ud800@firma.de",
        "max@fir\ud800ma.de",
        "m" * 65 + "@firma.de",
        "ö" * 33 + "@firma.de",
        "max@" + "a" * 64 + ".de",
        "max@" + "a." * 127 + "de",
        "m" * 60 + "@" + ("a" * 49 + ".") * 4 + "de",
    ],
)
def test_what_is_no_address(text):
    """What is no bare address is refused, and the reason does not repeat what was written."""
    with pytest.raises(NotAnAddress) as refused:
        normalise(text)

    assert not text or text not in str(refused.value)


@given(st.text(max_size=80) | st.emails() | st.from_regex(r"[^\s@]{1,20}@[^\s@]{1,20}\.\w{2,6}", fullmatch=True))
def test_normalising_twice_changes_nothing(text):
    """A stored address is its own normal form, whatever was typed."""
    try:
        address = normalise(text)
    except NotAnAddress:
        return

    assert normalise(address) == address
    assert normalise_domain(domain_of(address)) == domain_of(address)


@pytest.mark.parametrize(
    ("where", "account"),
    [
        ("max@firma.de", "firma.de"),
        ("mail.firma.de", "firma.de"),
        ("max@shop.firma.co.uk", "firma.co.uk"),
        ("max@someone.github.io", "github.io"),
        ("max@firma.unknowntld", "firma.unknowntld"),
        ("max@mail.xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("max@gmail.com", None),
        ("max@gmx.de", None),
        ("max@yahoo.co.uk", None),
        ("max@co.uk", None),
        ("de", None),
    ],
)
def test_account_of_a_domain(where, account):
    """The registrable domain makes the account; free mail and public suffixes make none."""
    assert account_domain(where) == account
