"""One request and its answer, in either direction, for whoever watches the wire."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Exchange:
    """`api`: somebody called the sandbox; `webhook`: it called somebody. `status` 0: there was no answer."""

    direction: Literal["api", "webhook"]
    method: str
    url: str
    about: str
    """The endpoint's name (`contacts.batch_read`), or what a webhook tells (`contact.propertyChange`)."""
    status: int
    seconds: float
    request_body: bytes
    response_body: bytes
    attempt: int = 0


OnExchange = Callable[[Exchange], None]
