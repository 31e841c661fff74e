"""One recipient's copy of an e-mail, and what is done with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Mail:
    """`html` is what the gateway put under the signature. `id` is unique for as long as the data is kept."""

    id: int
    at: datetime
    sender: str
    recipient: str
    subject: str
    html: str
    image_url: str
    click_url: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """A request that a mail led to. `status` 0: there was no answer."""

    act: Literal["written", "opened", "clicked", "scanned"]
    mail: Mail
    request: str
    """As the wire shows it: `GET /b/…`."""
    status: int
    seconds: float


OnFetch = Callable[[Fetch], None]


def unheard(fetch: Fetch) -> None:
    """For those who do not listen."""
