"""The client's address is believed of trusted proxies alone."""

from ipaddress import ip_network

import pytest

from webhooks.client_address import client_address

PROXIES = (ip_network("10.0.0.0/8"), ip_network("::1/128"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("::ffff:10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("::1", ["203.0.113.7, 10.0.0.9"], "203.0.113.7"),
        ("10.0.0.1", ["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", [], None),
        ("10.0.0.1", ["10.0.0.2"], None),
        ("203.0.113.9", ["198.51.100.1"], None),
        ("10.0.0.1", ["nonsense"], "nonsense"),
        (None, ["198.51.100.1"], None),
    ],
)
def test_client_address(peer: str | None, forwarded: list[str], client: str | None) -> None:
    """The last address that no trusted proxy has is the client's; a caller who is no trusted proxy tells nothing."""
    assert client_address(peer, forwarded, PROXIES) == client


def test_no_trusted_proxy() -> None:
    """Where none is trusted, no address is looked at."""
    assert client_address("203.0.113.9", ["203.0.113.7"], ()) is None
