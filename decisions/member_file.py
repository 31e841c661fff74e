"""A file of people and companies, as Excel and others write CSV: which addresses and domains it names, line by line."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

from decisions.addresses import NotAnAddress, account_domain, normalise, normalise_domain

# Excel in a country that writes 1,5 separates by semicolons; its "Unicode text" by tabs.
SEPARATORS: Final = (";", "\t", ",", "|")
ADDRESS_HEADINGS: Final = ("email", "mail", "emailaddress", "mailaddress", "emailadresse", "mailadresse")
DOMAIN_HEADINGS: Final = ("domain", "companydomain", "companydomainname", "domäne", "website", "websiteurl")
LOOKED_AT: Final = 50
# A quotation mark that is not closed within so many lines was none.
LONGEST_RECORD: Final = 10

_SEPARATOR_TOLD: Final = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
_NAMED: Final = re.compile(r"<([^<>]+)>\s*\Z")

Record = tuple[int, Sequence[str]]
"""The number of the line on which it begins, from 1, and its cells."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that names nobody: its number, from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class MemberFile:
    """Normalised addresses and registrable domains, each once, as the file has them; the lines that name nobody."""

    emails: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    bad_lines: tuple[BadLine, ...] = ()


def read_members(content: bytes) -> MemberFile:
    """
    Whom a CSV file names.

    UTF-8 and UTF-16, with or without byte order mark, else Windows-1252; separated by semicolon, tab, comma or bar;
    with a header or without one. Where a header names columns of addresses or domains, these count, the address first;
    else a line names the cell with an @, or the domain that stands in it alone.
    """
    lines = list(io.StringIO(_text(content), newline=None))
    told = _SEPARATOR_TOLD.fullmatch(lines[0]) if lines else None
    separator = told.group(1) if told else _separator(lines[:LOOKED_AT])
    records = [each for each in _records(lines, separator, 1 if told else 0) if any(map(str.strip, each[1]))]
    header = records[0][1] if records and _is_header(records[0][1]) else ()
    return _collect(records[1:] if header else records, _Columns.of(header))


def _text(content: bytes) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    if b"\0" in content[:100]:  # UTF-16 without its mark: every other octet of Latin letters is 0
        return content.decode("utf-16-be" if content[:1] == b"\0" else "utf-16-le", errors="replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _separator(lines: Sequence[str]) -> str:
    """The one by which most lines name somebody; of several, the one that makes most columns."""

    def worth(separator: str) -> tuple[int, int]:
        rows = [cells for _, cells in _records(lines, separator, 0)]
        return sum(map(_names_anybody, rows)), sum(map(len, rows))

    return max(SEPARATORS, key=worth)


def _records(lines: Sequence[str], separator: str, first: int) -> Iterator[Record]:
    at = first
    while at < len(lines):
        length = _length(lines, at)
        quoted: Literal[0, 3] = csv.QUOTE_MINIMAL if length else csv.QUOTE_NONE
        try:
            cells = next(
                csv.reader(["".join(lines[at : at + max(length, 1)])], delimiter=separator, quoting=quoted), []
            )
        except csv.Error:  # a cell longer than 128 KiB
            cells = ["?"]
        yield at + 1, cells
        at += max(length, 1)


def _length(lines: Sequence[str], at: int) -> int:
    """How many lines the record at this line has; 0: a quotation mark in it opens nothing."""
    marks = 0
    for length, line in enumerate(islice(lines, at, at + LONGEST_RECORD), 1):
        marks += line.count('"')
        if marks % 2 == 0:
            return length
    return 0


def _names_anybody(cells: Sequence[str]) -> bool:
    return any(_is(normalise, cell) or _is(normalise_domain, cell) for cell in map(_bare, cells))


def _is(normal: Callable[[str], str], text: str) -> bool:
    try:
        normal(text)
    except NotAnAddress:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Columns:
    """The places of the cells that hold addresses, and of those that hold domains, as the header says."""

    addresses: tuple[int, ...]
    domains: tuple[int, ...]

    @classmethod
    def of(cls, header: Sequence[str]) -> "_Columns":
        names = [re.sub(r"[\W_]", "", heading.casefold()) for heading in header]
        addresses = tuple(place for place, name in enumerate(names) if name in ADDRESS_HEADINGS)
        return cls(addresses, tuple(place for place, name in enumerate(names) if name in DOMAIN_HEADINGS))

    def named(self, cells: Sequence[str]) -> tuple[str, bool]:
        """What a record says of whom it names, empty: nothing; and whether that must be an address."""
        told = [_bare(cell) for cell in cells]
        for places, is_address in ((self.addresses, True), (self.domains, False)):
            if filled := [told[place] for place in places if told[place : place + 1] not in ([], [""])]:
                return filled[0], is_address
        if self.addresses or self.domains:
            return "", False
        filled = [each for each in told if each]
        address = next((each for each in filled if "@" in each), "")
        return (address, True) if address else (filled[0] if len(filled) == 1 else "", False)


def _is_header(cells: Sequence[str]) -> bool:
    columns = _Columns.of(cells)
    return bool(columns.addresses or columns.domains) or not (_names_anybody(cells) or "@" in "".join(cells))


def _collect(records: Sequence[Record], columns: _Columns) -> MemberFile:
    emails: dict[str, None] = {}
    domains: dict[str, None] = {}
    bad = []
    for line, cells in records:
        written, is_address = columns.named(cells)
        try:
            if not written:
                raise NotAnAddress("it names no address and no domain")
            if is_address:
                emails[normalise(written)] = None
            else:
                domains[_account(written)] = None
        except NotAnAddress as error:
            bad.append(BadLine(line, str(error)))
    return MemberFile(tuple(emails), tuple(domains), tuple(bad))


def _account(written: str) -> str:
    domain = account_domain(normalise_domain(written))
    if domain is None:
        raise NotAnAddress("a free-mail domain or a public suffix makes no account")
    return domain


def _bare(cell: str) -> str:
    """`Max <max@firma.de>` and `mailto:max@firma.de` name an address, `https://www.firma.de/` a domain."""
    text = cell.strip()
    named = _NAMED.search(text)
    text = named.group(1).strip() if named else text
    text = re.sub(r"\A(mailto:|https?://(www\.)?)", "", text, flags=re.IGNORECASE)
    return text if "@" in text else text.rstrip("/")
