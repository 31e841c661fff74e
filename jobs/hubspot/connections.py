"""The open connections to HubSpot: cut when the process ends, so that no thread goes on waiting for an answer."""

import socket
import threading
from contextlib import suppress
from typing import Any, Final
from weakref import WeakSet

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

from jobs.hubspot.trouble import HubSpotDown

_ENDS: Final = "this process is about to end"


class Connections:
    """Those of all clients that were given it. Safe to share between threads."""

    def __init__(self) -> None:
        self._is_cut = threading.Event()
        self._open: WeakSet[HTTPConnection] = WeakSet()

    def cut(self) -> None:
        """Whoever waits for an answer or for their turn gets HubSpotDown at once, and nobody asks any more."""
        self._is_cut.set()
        for connection in list(self._open):
            _shut(connection)

    def sleep(self, seconds: float) -> None:
        """Wait. Raises: HubSpotDown, when the connections are cut."""
        if self._is_cut.wait(seconds):
            raise HubSpotDown(_ENDS)

    def watch(self, pools: PoolManager) -> None:
        """Know of every connection that these pools open from now on."""
        pools.pool_classes_by_scheme = {
            "http": _pool(HTTPConnectionPool, self._watched(HTTPConnection)),
            "https": _pool(HTTPSConnectionPool, self._watched(HTTPSConnection)),
        }

    def _watched(self, kind: Any) -> Any:
        known, is_cut = self._open, self._is_cut

        class Watched(kind):  # type: ignore[misc]  # plain or with TLS
            def connect(self) -> None:
                if is_cut.is_set():
                    raise NewConnectionError(self, _ENDS)
                known.add(self)
                super().connect()
                if is_cut.is_set():  # meanwhile
                    _shut(self)

        return Watched


def _pool(kind: Any, connections: Any) -> Any:
    return type(f"Watched{kind.__name__}", (kind,), {"ConnectionCls": connections})


def _shut(connection: HTTPConnection) -> None:
    if (held := connection.sock) is not None:
        with suppress(OSError):  # the other end may be gone already
            # An SSLSocket's own way would take its state from under the thread that reads.
            socket.socket.shutdown(held, socket.SHUT_RDWR)
