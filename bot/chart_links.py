"""Links of charts: a chart's values stand sealed in its address, are kept nowhere, and drawn when it is fetched."""

import asyncio
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Final

import msgspec

from bot.charts import DRAWN_WITH, Activity, Chart, draw
from decisions.sealing import CannotOpen, Keys, open_bytes, seal_bytes

PURPOSE: Final = "chart"
KEPT_FOR: Final = timedelta(days=90)
# Slack takes addresses of at most 3,000 characters.
LONGEST_TOKEN: Final = 2_700
DRAWN_IN_MEMORY: Final = 128
_FOR_NOBODY: Final = Activity(("Mon",), (1,), (1,), "Clicks", "Views")

_Sealed = tuple[int, Chart]
"""The day on which it expires, as an ordinal, and the chart."""
_decoder: Final = msgspec.msgpack.Decoder(_Sealed)


@dataclass(frozen=True, slots=True)
class ChartLinks:
    """
    Makes the addresses of charts. `public_url` is where the web edge answers, without a slash at its end.

    An address names nobody and cannot be made up; the same chart has the same one all day, so that what shows it does
    not change by itself.
    """

    keys: Keys = field(repr=False)
    public_url: str
    now: Callable[[], datetime]

    def __call__(self, chart: Chart) -> str | None:
        """The address of a chart; None where it would be too long."""
        token = seal_chart(self.keys, chart, (self.now() + KEPT_FOR).astimezone(UTC).date())
        return f"{self.public_url}/charts/{token}" if len(token) <= LONGEST_TOKEN else None


def seal_chart(keys: Keys, chart: Chart, last_day: date) -> str:
    """The chart, to be opened until the end of that day in UTC; of the characters A-Z a-z 0-9 _ and -."""
    data = msgspec.msgpack.encode((last_day.toordinal(), chart))
    # The nonce comes of the data, under the key: the same data under the same nonce tells nothing but that it is so.
    digest = hmac.digest(keys.secrets[0], PURPOSE.encode() + data, "sha256")
    sealed = seal_bytes(keys, data, PURPOSE, new_nonce=lambda octets: digest[:octets])
    return _text(sealed)


def open_chart(keys: Keys, token: str, today: date) -> Chart | None:
    """The chart that was sealed; None for anything else, and once it has expired."""
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        sealed = urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
        if _text(sealed) != token:  # several spellings would decode alike, and only ours counts
            return None
        last_day, chart = _decoder.decode(open_bytes(keys, sealed, PURPOSE))
    except (CannotOpen, ValueError):
        return None
    return chart if last_day >= today.toordinal() else None


def _text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


class DrawnCharts:
    """Draws charts for whoever fetches them, one at a time, and keeps the last ones in memory."""

    def __init__(self, keys: Keys, now: Callable[[], datetime]) -> None:
        self._keys = keys
        self._now = now
        self._drawing = asyncio.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    async def warm_up(self) -> None:
        """Get ready to draw, as the first chart would take longer than Slack waits; a stop waits for one portion."""
        for module in DRAWN_WITH:
            await asyncio.to_thread(import_module, module)
        async with self._drawing:
            await asyncio.to_thread(draw, _FOR_NOBODY)

    async def png(self, token: str) -> bytes | None:
        """The chart's picture; None when the token is none of ours, or too old."""
        chart = open_chart(self._keys, token, self._now().astimezone(UTC).date())
        if chart is None:
            return None
        async with self._drawing:
            if token not in self._kept:
                self._kept[token] = await asyncio.to_thread(draw, chart)
            self._kept.move_to_end(token)
            if len(self._kept) > DRAWN_IN_MEMORY:
                self._kept.popitem(last=False)
            return self._kept[token]
