"""UTM parameters are added to targets, and nothing of the customer's is touched."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.utm import LONGEST_CAMPAIGN, with_utm

ALL = "utm_source=signature&utm_medium=email&utm_campaign=Fair"


@pytest.mark.parametrize(
    ("target", "link"),
    [
        ("https://ours.de", f"https://ours.de?{ALL}"),
        ("https://ours.de/fair", f"https://ours.de/fair?{ALL}"),
        ("https://ours.de/fair?", f"https://ours.de/fair?{ALL}"),
        ("https://ours.de/fair?a=1", f"https://ours.de/fair?a=1&{ALL}"),
        ("https://ours.de/fair?a=1&", f"https://ours.de/fair?a=1&{ALL}"),
        ("https://ours.de/fair?a=1;b=2&&flag", f"https://ours.de/fair?a=1;b=2&&flag&{ALL}"),
        ("https://ours.de/fair#stand", f"https://ours.de/fair?{ALL}#stand"),
        ("https://ours.de/#/route?utm_source=x", f"https://ours.de/?{ALL}#/route?utm_source=x"),
        ("https://ours.de/?q=a%2Bb+c%20d&q=%C3%A4", f"https://ours.de/?q=a%2Bb+c%20d&q=%C3%A4&{ALL}"),
        ("https://ours.de/?next=https://a.de/?b=1", f"https://ours.de/?next=https://a.de/?b=1&{ALL}"),
        ("https://ours.de/?utm_source=crm", "https://ours.de/?utm_source=crm&utm_medium=email&utm_campaign=Fair"),
        ("https://ours.de/?UTM_Source=&utm%5Fmedium=x&utm_campaign", None),
    ],
)
def test_with_utm(target, link):
    """What is missing is added behind the customer's query and before the fragment; what is there stays."""
    assert with_utm(target, "Fair") == (link or target)


@pytest.mark.parametrize("name", ["Spring Fair 2026", "Frühjahrs-Messe & mehr?", "50 % #1", "a=b&c", "展示会"])
def test_the_name_arrives(name):
    """Analytics show the campaign's name as it is."""
    assert dict(parse_qsl(urlsplit(with_utm("https://ours.de", name)).query))["utm_campaign"] == name


def test_a_long_name_is_cut():
    """A name of 200 emoji does not make the link longer than a token may carry, and is cut between characters."""
    link = with_utm("https://ours.de", "🎪" * 200)

    assert dict(parse_qsl(urlsplit(link).query))["utm_campaign"] == "🎪" * (LONGEST_CAMPAIGN // 12)


pieces = st.text("abcUTMutm_=&;%25+?/.-~", max_size=40)


@given(pieces, st.none() | pieces, st.none() | pieces, st.text(min_size=1, max_size=30).filter(str.isprintable))
def test_any_target(path, query, fragment, name):
    """Whatever the target: its parts stay as they are, parameters are only added, and twice is as good as once."""
    page = "https://ours.de/" + path.replace("?", "") + (f"?{query}" if query is not None else "")
    target = page + (f"#{fragment}" if fragment is not None else "")
    link = with_utm(target, name)
    before, after = urlsplit(target), urlsplit(link)

    assert with_utm(link, name) == link
    assert (after.scheme, after.netloc, after.path, after.fragment) == (
        before.scheme,
        before.netloc,
        before.path,
        before.fragment,
    )
    assert after.query.startswith(before.query)
    given = parse_qsl(before.query, keep_blank_values=True)
    found = parse_qsl(after.query, keep_blank_values=True)
    assert found[: len(given)] == given
    assert {"utm_source", "utm_medium", "utm_campaign"} <= {key.casefold() for key, _ in found}
    assert len({key.casefold() for key, _ in found[len(given) :]}) == len(found) - len(given)
