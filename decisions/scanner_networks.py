"""Scanner networks: from where mail gateways follow links, by the name of who runs them."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Final

# Only networks in which no person browses: a gateway's own, never those of web proxies, which carry people too.
KEPT: Final = Path(__file__).with_name("scanner_networks.csv")
COLUMNS: Final = ("network", "name", "source", "seen")
LONGEST_NAME: Final = 40


class BadNetworks(ValueError):
    """A file of networks that cannot be used; the text names the line."""


@dataclass(frozen=True, slots=True)
class ScannerNetworks:
    """Networks by IP version and length of their prefix, then by their first bits; a lookup costs one step a length."""

    by_length: Mapping[tuple[int, int], Mapping[int, str]]

    def name_of(self, address: str | None) -> str | None:
        """Who scans mail from this address; None: nobody we know of, or it is no address."""
        if address is None or (read := _read(address)) is None:
            return None
        bits, number = read.max_prefixlen, int(read)
        found = (
            names.get(number >> (bits - length))
            for (version, length), names in self.by_length.items()
            if version == read.version
        )
        return next(filter(None, found), None)


def _read(address: str) -> IPv4Address | IPv6Address | None:
    try:
        read = ip_address(address)
    except ValueError:
        return None
    return (read.ipv4_mapped or read) if isinstance(read, IPv6Address) else read


def read_networks(lines: Iterable[str]) -> ScannerNetworks:
    """
    Networks from CSV with the columns network, name, source, seen (the day on which the source said so).

    Raises:
        BadNetworks
    """
    by_length: dict[tuple[int, int], dict[int, str]] = {}
    for version, length, bits, name in map(_network, _rows(lines)):
        by_length.setdefault((version, length), {})[bits] = name
    # The longest first: the smallest network that holds an address names it.
    return ScannerNetworks(dict(sorted(by_length.items(), key=lambda item: -item[0][1])))


def _rows(lines: Iterable[str]) -> list[dict[str, str | None]]:
    rows = csv.DictReader(line for line in lines if line.strip() and not line.startswith("#"))
    try:
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise BadNetworks(f"the first line must be {','.join(COLUMNS)}")
        return list(rows)
    except csv.Error as error:
        raise BadNetworks(f"it is no CSV: {error}") from error


def read_networks_file(path: Path) -> ScannerNetworks:
    """`read_networks` from a file. Raises OSError too."""
    return read_networks(path.read_text(encoding="utf-8-sig").splitlines())


def _network(row: Mapping[str, str | None]) -> tuple[int, int, int, str]:
    text, name = (row["network"] or "").strip(), (row["name"] or "").strip()
    try:
        network = ip_network(text)
    except ValueError as error:
        raise BadNetworks(f"{text or 'an empty line'}: {error}") from error
    if not name or ";" in name or len(name) > LONGEST_NAME:
        raise BadNetworks(f"{text} needs a name of at most {LONGEST_NAME} letters, without a semicolon")
    bits = int(network.network_address) >> (network.max_prefixlen - network.prefixlen)
    return network.version, network.prefixlen, bits, name


@cache
def kept_networks() -> ScannerNetworks:
    """Those that we keep a list of."""
    return read_networks_file(KEPT)


def together(*networks: ScannerNetworks) -> ScannerNetworks:
    """All of these as one; where two name a network, the first."""
    by_length: dict[tuple[int, int], dict[int, str]] = {}
    for one in reversed(networks):
        for key, names in one.by_length.items():
            by_length.setdefault(key, {}).update(names)
    return ScannerNetworks(dict(sorted(by_length.items(), key=lambda item: -item[0][1])))
