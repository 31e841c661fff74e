"""Web addresses: fit for a header, and otherwise as they were written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.web_addresses import NotAWebAddress, normalise_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://ours.de", "https://ours.de"),
        ("https://ours.de/a%20b?x=%41&y=a+b;c#d", "https://ours.de/a%20b?x=%41&y=a+b;c#d"),
        (" HTTP://Ours.de:8080/ ", "http://ours.de:8080/"),
        ("https://größe.de/maß?q=ö", "https://xn--gre-6ka8i.de/ma%C3%9F?q=%C3%B6"),
        ("https://[::1]/", "https://[::1]/"),
        ('https://ours.de/"<>', "https://ours.de/%22%3C%3E"),
    ],
)
def test_web_addresses(text, url):
    """What is not ASCII is encoded; what is, stays."""
    assert normalise_url(text) == url
    assert normalise_url(url) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ours.de",
        "//ours.de",
        "ftp://ours.de",
        "javascript:alert(1)",
        "https://",
        "https:///x",
        "https://a b/",
        "https://ours.de:99999/",
        "https://ours.de:x/",
        "https://user@ours.de/",
        "https://[::1",
        "https://x\r\nA: b",
    ],
)
def test_no_web_addresses(text):
    """What a browser could take for something else than a page of that host is refused."""
    with pytest.raises(NotAWebAddress):
        normalise_url(text)


@given(st.text() | st.text().map(lambda text: f"https://ours.de/{text}"))
def test_any_text(text):
    """Any text is refused, or becomes one line of printable ASCII without spaces."""
    try:
        url = normalise_url(text)
    except NotAWebAddress:
        return
    assert url.isascii()
    assert url.isprintable()
    assert " " not in url
