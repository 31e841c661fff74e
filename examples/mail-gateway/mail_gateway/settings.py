"""The gateway's settings, all from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple


class BadSettings(Exception):
    """A setting is missing or cannot be used; the text says which."""


class Endpoint(NamedTuple):
    """Where somebody listens."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Settings:
    """`domains` are those whose people get banners; `clients` may hand in mails; sizes in octets, times in seconds."""

    footlight_url: str
    api_key: str
    domains: frozenset[str]
    listen: Endpoint
    next_hop: Endpoint
    clients: tuple[IPv4Network | IPv6Network, ...]
    largest_mail: int
    split_up_to: int
    patience: float

    def may_hand_in(self, host: str) -> bool:
        """Whether a client at this network address may hand in mails."""
        address = ip_address(host)
        plain = getattr(address, "ipv4_mapped", None) or address
        return any(plain in network for network in self.clients)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """
    Raises:
        BadSettings
    """

    def given(name: str, default: str | None = None) -> str:
        value = environment.get(name) or default
        if value is None:
            raise BadSettings(f"{name} is not set")
        return value

    try:
        return Settings(
            footlight_url=given("FOOTLIGHT_URL").rstrip("/"),
            api_key=given("FOOTLIGHT_API_KEY"),
            domains=frozenset(given("GATEWAY_DOMAINS").lower().replace(",", " ").split()),
            listen=_endpoint(given("GATEWAY_LISTEN", "127.0.0.1:10025")),
            next_hop=_endpoint(given("GATEWAY_NEXT_HOP", "127.0.0.1:10026")),
            clients=tuple(map(ip_network, given("GATEWAY_CLIENTS", "127.0.0.0/8 ::1").replace(",", " ").split())),
            largest_mail=int(given("GATEWAY_LARGEST_MAIL", "52428800")),
            split_up_to=int(given("GATEWAY_SPLIT_UP_TO", "50")),
            patience=float(given("GATEWAY_PATIENCE", "2")),
        )
    except ValueError as error:
        raise BadSettings(f"a GATEWAY_ setting cannot be used: {error}") from error


def _endpoint(text: str) -> Endpoint:
    host, _, port = text.rpartition(":")
    return Endpoint(host.strip("[]"), int(port))
