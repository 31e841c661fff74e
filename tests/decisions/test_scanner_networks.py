"""The networks of scanners: what the kept list and the operator's say of an address."""

import csv
from datetime import date

import pytest

from decisions.scanner_networks import KEPT, BadNetworks, kept_networks, read_networks, together

HEADING = "network,name,source,seen"
OURS = read_networks(
    [
        HEADING,
        "# of ours",
        "10.1.0.0/16,Gateway,us,2026-11-25",
        "10.1.2.0/24,Sandbox,us,2026-11-25",
        "",
        "2001:db8::/32,Six,us,2026-11-25",
    ]
)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("10.1.9.9", "Gateway"),
        ("10.1.2.3", "Sandbox"),
        ("::ffff:10.1.9.9", "Gateway"),
        ("2001:db8::7", "Six"),
        ("10.2.0.1", None),
        ("10.1.9", None),
        ("unknown", None),
        ("", None),
        (None, None),
    ],
)
def test_name_of(address: str | None, name: str | None) -> None:
    """The smallest network that holds an address names it; what is no address is in none."""
    assert OURS.name_of(address) == name


def test_kept_list() -> None:
    """Each line has a source and the day it was seen there, and a network that is found; ours come before."""
    rows = list(csv.DictReader(KEPT.read_text().splitlines()))
    own = together(read_networks([HEADING, f"{rows[0]['network']},Mine,us,2026-11-25"]), kept_networks())

    assert all(row["source"].startswith("https://") and date.fromisoformat(row["seen"]) for row in rows)
    assert [kept_networks().name_of(row["network"].partition("/")[0]) for row in rows] == [row["name"] for row in rows]
    names = [own.name_of(row["network"].partition("/")[0]) for row in rows]
    assert names == ["Mine", *(row["name"] for row in rows[1:])]


@pytest.mark.parametrize(
    "lines",
    [
        ["10.0.0.0/8,No heading,us,2026-11-25"],
        [HEADING, "10.0.0.1/8,Host bits,us,2026-11-25"],
        [HEADING, "somewhere,Name,us,2026-11-25"],
        [HEADING, "10.0.0.0/8,,us,2026-11-25"],
        [HEADING, "10.0.0.0/8,A;B,us,2026-11-25"],
        [],
    ],
)
def test_bad_files(lines: list[str]) -> None:
    """A file that cannot be used is refused with what is wrong."""
    with pytest.raises(BadNetworks):
        read_networks(lines)
