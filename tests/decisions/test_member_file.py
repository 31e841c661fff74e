"""A CSV file is read as its author meant it: whatever wrote it, good lines are taken and bad ones named by number."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.member_file import MemberFile, read_members

MAX, EVA = "max@firma.de", "eva@müller.de"
EVA_KEPT = "eva@xn--mller-kva.de"


def told(named: MemberFile) -> dict[str, Any]:
    return {
        "emails": list(named.emails),
        "domains": list(named.domains),
        "bad": [one.line for one in named.bad_lines],
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("header", [["Name", "E-Mail", "Straße"], []])
def test_what_excel_writes(encoding: str, separator: str, newline: str, header: list[str]) -> None:
    """Encodings, separators, line ends, a header or none: the same people are read."""
    rows = [*([header] if header else []), ["Müßig", MAX, "Öden 1"], ["Jäger", EVA, ""]]
    content = newline.join(separator.join(row) for row in rows).encode(encoding)

    assert told(read_members(content)) == {"emails": [MAX, EVA_KEPT], "domains": [], "bad": []}


def test_bad_lines() -> None:
    """Bad lines are told by their number in the file, empty ones are none, and the good ones are taken."""
    content = f"email;name\n{MAX};Max\nnobody;Eva\n\n;Otto\nOTTO@firma.de;\nmax@@firma.de\n"
    named = read_members(content.encode())

    assert told(named) == {"emails": [MAX, "otto@firma.de"], "domains": [], "bad": [3, 5, 7]}
    assert named.bad_lines[0].reason == "it has no @"
    assert named.bad_lines[1].reason == "it names no address and no domain"


@pytest.mark.parametrize(
    ("content", "emails", "domains", "bad"),
    [
        ("", [], [], []),
        ("email\n", [], [], []),
        (f"{MAX}\n{MAX}\nMAX@Firma.de", [MAX], [], []),
        (
            "firma.de\nhttps://www.acme.example/\nsales.firma.de\ngmail.com\ngmail",
            [],
            ["firma.de", "acme.example"],
            [4, 5],
        ),
        (f"Domain,E-mail\nfirma.de,\nfirma.de,{MAX}\nfirma.de,max at firma.de", [MAX], ["firma.de"], [4]),
        (f'"Muster, Max";{MAX}', [MAX], [], []),
        (f"Muster, Max;{MAX}", [MAX], [], []),
        (f"sep=,\nname,mail\nMax,{MAX}\nEva,oops", [MAX], [], [4]),
        (f"Max <{MAX}>\nmailto:{MAX}", [MAX], [], []),
        (f'size;email\n5";{MAX}\n6;x@firma.de', [MAX, "x@firma.de"], [], []),
        (f'note;email\n"two\nlines";{MAX}\nnone;oops', [MAX], [], [4]),
        ("Max.Muster;Berlin\nmax@firma.de;Berlin", [MAX], [], [1]),
        ("E-Mail\nfirma.de\nmax@firma.de", [MAX], [], [2]),
        ("wrong@\nmax@firma.de", [MAX], [], [1]),
        (f"a;b\n{'x' * 200_000};{MAX}\ny;eva@firma.de", ["eva@firma.de"], [], [2]),
    ],
)
def test_odd_files(content: str, emails: list[str], domains: list[str], bad: list[int]) -> None:
    """What is odd about a file costs at most the line on which it stands."""
    assert told(read_members(content.encode())) == {"emails": emails, "domains": domains, "bad": bad}


@given(st.binary(max_size=400))
def test_any_octets(content: bytes) -> None:
    """No file breaks the reader, and all that it reads is normalised."""
    named = read_members(content)

    assert all("@" in email for email in named.emails)
    assert not any("@" in domain for domain in named.domains)
