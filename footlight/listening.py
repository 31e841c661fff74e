"""Listening: the sockets on which a process answers, bound before all else, so that it knows its own address."""

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from typing import Final

from aiohttp import web

from decisions.mendable import Mendable

Sockets = tuple[socket.socket, ...]

BACKLOG: Final = 128
# A name may stand for an address of a kind that this machine does not have, beside one that it has.
_NOT_OURS: Final = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


class CannotListen(Mendable):
    """The address on which to answer cannot be had; the text says what to do."""


@contextmanager
def listening(host: str, port: int, *, setting: str) -> Iterator[Sockets]:
    """
    Sockets on every address of `host`, all on one port; with port 0 on any free one.

    Args:
        setting: what to set for another port.

    Raises:
        CannotListen
    """
    with ExitStack() as stack:
        bound: list[socket.socket] = []
        for family, address in _addresses(host):
            try:
                one = socket.create_server(
                    (address, bound[0].getsockname()[1] if bound else port), family=family, backlog=BACKLOG
                )
            except OSError as error:
                if error.errno not in _NOT_OURS:
                    raise CannotListen(_told(error, host, port, setting)) from error
            else:
                bound.append(stack.enter_context(one))
        if not bound:
            raise CannotListen(f"FOOTLIGHT_HOST: {host} is no address of this machine; 0.0.0.0 stands for all it has")
        yield tuple(bound)


def _addresses(host: str) -> list[tuple[int, str]]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        told = f"FOOTLIGHT_HOST: {host} has no address ({error.strerror}); take 127.0.0.1, or 0.0.0.0 for all"
        raise CannotListen(told) from error
    return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))


def _told(error: OSError, host: str, port: int, setting: str) -> str:
    where = f"{host}, port {port}"
    if error.errno == errno.EADDRINUSE:
        return f"{where}, is in use: stop the process that listens there, or set {setting} to another one"
    if error.errno == errno.EACCES:
        return f"{where}, is not for this user: set {setting} to one above 1023, and let a web server pass it on"
    return f"{where}: {error.strerror}. Set FOOTLIGHT_HOST or {setting} to another one"


def local_url(sockets: Sockets) -> str:
    """Where they are reached from this machine."""
    host, port = sockets[0].getsockname()[:2]
    address = ip_address(host)
    if address.is_unspecified:
        return f"http://127.0.0.1:{port}"
    return f"http://[{host}]:{port}" if address.version == 6 else f"http://{host}:{port}"


async def serve_on(runner: web.AppRunner, sockets: Sockets) -> None:
    """Let a set-up runner answer on these."""
    for one in sockets:
        await web.SockSite(runner, one, backlog=BACKLOG).start()
