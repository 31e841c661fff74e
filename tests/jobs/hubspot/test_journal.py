"""The journal as HubSpot keeps it: signed into as an app, walked from file to file, in today's paths and dated ones."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from jobs.hubspot.journal import JournalClient
from jobs.hubspot.limiter import InMemory, Limiter
from jobs.hubspot.transport import Transport, configuration
from jobs.hubspot.trouble import AppRefused, HubSpotDown, NotFound
from jobs.hubspot.versions import Version
from sandbox.hubspot import HubSpotSandbox
from tests.jobs.hubspot.conftest import Clock

PORTAL = "4711"


class Journals:
    """Clients of one sandbox's journal, with a clock that is set by hand."""

    def __init__(self, hubspot: HubSpotSandbox, version: Version, clock: Clock) -> None:
        self.now = datetime.now(UTC)
        self._made = hubspot, version, clock

    def client(self, secret: str = "s") -> JournalClient:
        hubspot, version, clock = self._made
        transport = Transport(configuration("", hubspot.base_url), Limiter(InMemory(clock), clock.sleep), version, None)
        return JournalClient(transport, "app-of-the-sandbox", secret, timeout=5.0, now=lambda: self.now)


@pytest.fixture
def journals(hubspot: HubSpotSandbox, version: Version, clock: Clock) -> Journals:
    return Journals(hubspot, version, clock)


@pytest.fixture
async def client(journals: Journals) -> JournalClient:
    """Subscribed to list 611."""
    client = journals.client()
    await asyncio.to_thread(client.subscribe, PORTAL, ["611"])
    return client


async def test_from_file_to_file(client: JournalClient, hubspot: HubSpotSandbox, ids: tuple[str, str, str]) -> None:
    """Joining and leaving stand in files, oldest first, each had once; behind the last one there is nothing."""
    _, eva, doe = map(int, ids)
    hubspot.add_to_list(611, doe)
    hubspot.remove_from_list(611, eva)

    first = await asyncio.to_thread(client.file_after, None)
    assert first is not None
    second = await asyncio.to_thread(client.file_after, first.offset)
    assert second is not None
    told = [(each["action"], each["listId"], each["objectId"]) for each in (*first.events, *second.events)]
    assert told == [("ADDED_TO_LIST", 611, doe), ("REMOVED_FROM_LIST", 611, eva)]
    assert await asyncio.to_thread(client.file_after, second.offset) is None


async def test_nothing_yet(client: JournalClient) -> None:
    """A journal in which nothing stands gives nothing."""
    assert await asyncio.to_thread(client.file_after, None) is None


async def test_other_lists_afterwards(client: JournalClient, hubspot: HubSpotSandbox) -> None:
    """Subscribing again leaves one subscription, to the lists named last; others' subscriptions stay."""
    hubspot.journal.subscriptions[99] = {"id": 99, "subscriptionType": "LIST_MEMBERSHIP", "portalId": 1, "listIds": [7]}

    await asyncio.to_thread(client.subscribe, PORTAL, ["611", "612"])
    await asyncio.to_thread(client.subscribe, PORTAL, ["612", "613"])

    kept = [(each["portalId"], each["listIds"]) for each in hubspot.journal.subscriptions.values()]
    assert sorted(kept) == [(1, [7]), (4711, [612, 613])]
    assert await asyncio.to_thread(client.subscribed_lists) == 3


async def test_a_forgotten_place(client: JournalClient, hubspot: HubSpotSandbox, ids: tuple[str, str, str]) -> None:
    """An offset that HubSpot keeps no more is said to be one."""
    hubspot.add_to_list(611, int(ids[2]))
    file = await asyncio.to_thread(client.file_after, None)
    assert file is not None
    hubspot.journal.forget()

    with pytest.raises(NotFound):
        await asyncio.to_thread(client.file_after, file.offset)


async def test_a_link_that_ended(client: JournalClient, hubspot: HubSpotSandbox, ids: tuple[str, str, str]) -> None:
    """A file that its storage refuses is trouble that passes: the next question gets a fresh link."""
    hubspot.add_to_list(611, int(ids[2]))
    hubspot.faults.only, hubspot.faults.next_statuses = "journal file", [403]

    with pytest.raises(HubSpotDown):
        await asyncio.to_thread(client.file_after, None)
    assert await asyncio.to_thread(client.file_after, None) is not None


async def test_signs_in_when_its_token_ends(journals: Journals, client: JournalClient, hubspot: HubSpotSandbox) -> None:
    """One sign-in serves until shortly before the token ends."""
    await asyncio.to_thread(client.file_after, None)
    assert hubspot.requests["oauth.token"] == 1

    journals.now += timedelta(minutes=29, seconds=30)
    await asyncio.to_thread(client.file_after, None)
    assert hubspot.requests["oauth.token"] == 2


async def test_signs_in_after_a_refusal(client: JournalClient, hubspot: HubSpotSandbox) -> None:
    """A token that was revoked is refused once; the next question signs in anew."""
    hubspot.journal.tokens.clear()

    with pytest.raises(AppRefused):
        await asyncio.to_thread(client.file_after, None)
    assert await asyncio.to_thread(client.file_after, None) is None


async def test_a_wrong_secret(journals: Journals) -> None:
    """An app that HubSpot does not know is told apart from a wrong access token, with what to do."""
    with pytest.raises(AppRefused, match="HUBSPOT_CLIENT_ID"):
        await asyncio.to_thread(journals.client("wrong").file_after, None)


async def test_the_storage_sees_no_token(client: JournalClient, hubspot: HubSpotSandbox, ids: tuple[str, ...]) -> None:
    """Files are fetched without the Authorization header: the sandbox's storage refuses one, as HubSpot's does."""
    hubspot.add_to_list(611, int(ids[2]))

    assert await asyncio.to_thread(client.file_after, None) is not None
    assert hubspot.requests["journal file"] == 1
