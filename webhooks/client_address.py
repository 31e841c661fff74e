"""The client's network address: believed of trusted proxies only, used for the verdict, and never kept or logged."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from aiohttp import web

from decisions.scanner_networks import ScannerNetworks

Network = IPv4Network | IPv6Network
FORWARDED_FOR: Final = "X-Forwarded-For"


@dataclass(frozen=True, slots=True)
class ScannerAt:
    """Tells whose scanner a request comes from. Without a trusted proxy no address is looked at, and nobody is told."""

    networks: ScannerNetworks
    trusted: tuple[Network, ...]

    def __call__(self, request: web.Request) -> str | None:
        if not self.trusted:
            return None
        return self.networks.name_of(
            client_address(request.remote, request.headers.getall(FORWARDED_FOR, ()), self.trusted)
        )


def client_address(peer: str | None, forwarded: Sequence[str], trusted: Sequence[Network]) -> str | None:
    """
    The address of whoever asked the first trusted proxy; None where no trusted proxy tells.

    Args:
        peer: who is connected with us.
        forwarded: the values of `X-Forwarded-For` in their order; each proxy adds at the end whom it speaks for.
    """
    if not _is_trusted(peer, trusted):
        return None
    for told in reversed([part.strip() for value in forwarded for part in value.split(",")]):
        if not _is_trusted(told, trusted):
            return told
    return None


def _is_trusted(address: str | None, trusted: Sequence[Network]) -> bool:
    try:
        read = ip_address(address or "")
    except ValueError:
        return False
    # So a socket for both versions of IP tells of peers by IPv4.
    read = (read.ipv4_mapped or read) if isinstance(read, IPv6Address) else read
    return any(read in network for network in trusted)
