"""Records are read ahead: several chunks at the same time, never more, and trouble reaches whoever asked."""

import asyncio
from collections.abc import Sequence

import pytest

from jobs.hubspot.contacts import CHUNK
from jobs.hubspot.trouble import HubSpotDown
from jobs.read_ahead import AT_ONCE, reading_ahead

IDS = [str(number) for number in range(CHUNK * (AT_ONCE + 2) + 1)]


async def test_as_many_as_may_be() -> None:
    """All ids are read once, by the thousand, as many chunks at the same time as may be, and no more."""
    read, at_work, most = list[str](), 0, 0

    async def chunk(ids: Sequence[str]) -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0)
        read.extend(ids)
        at_work -= 1

    async with reading_ahead(chunk) as ahead:
        for start in range(0, len(IDS), 250):
            await ahead.add(IDS[start : start + 250])

    assert (sorted(read), most) == (sorted(IDS), AT_ONCE)


@pytest.mark.filterwarnings("error")
async def test_trouble(caplog: pytest.LogCaptureFixture) -> None:
    """Several that fail at the same time are one trouble, and none of them is left for nobody to see."""

    async def fails(ids: Sequence[str]) -> None:
        await asyncio.sleep(0)
        raise HubSpotDown("it answers 503")

    with pytest.raises(HubSpotDown):
        async with reading_ahead(fails) as ahead:
            await ahead.add(IDS)
    assert caplog.records == []
