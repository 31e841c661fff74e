"""The journal's job: what HubSpot tells there reaches the groups, whatever became of our place in it."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.apply import Apply, Became
from jobs.context import Context
from jobs.hubspot.journal import JournalClient
from jobs.hubspot.limiter import InMemory, Limiter
from jobs.hubspot.lists import find_list
from jobs.hubspot.transport import Transport, configuration
from jobs.hubspot.trouble import AppRefused
from jobs.journal import read_journal
from jobs.journal_events import HINTS, LIST_ACTIONS, MOST_ONE_BY_ONE, read_events
from jobs.reconcile import sync_groups
from sandbox.hubspot import Crm, HubSpotSandbox
from storage import Store, dead_letters, inbox, journal, target_groups
from storage.inbox import HintKind, HintTold
from storage.target_groups import find_group

PORTAL = "4711"


@pytest.fixture
def client(hubspot: HubSpotSandbox) -> JournalClient:
    limiter = Limiter(InMemory(lambda: 0.0), lambda seconds: None)
    transport = Transport(configuration("", hubspot.base_url), limiter, "v3", None)
    return JournalClient(transport, "app-of-the-sandbox", "s", timeout=5.0, now=lambda: datetime.now(UTC))


@pytest.fixture
async def imported(context: Context) -> None:
    """The group of list 611, equal to it."""
    state = await asyncio.to_thread(find_list, context.hubspot, "611", now=context.now())
    assert state is not None
    await context.store.write(target_groups.import_list, state, now=context.now())
    await sync_groups(context)


async def size(store: Store) -> int:
    return (await store.read(find_group, "611")).size


async def apply_all(context: Context) -> None:
    apply = Apply(context)
    while await apply.apply_due() is Became.APPLIED:
        pass
    await apply.stop(timedelta(seconds=10))


@pytest.mark.usefixtures("imported")
async def test_who_joined_and_left(context: Context, client: JournalClient, hubspot: HubSpotSandbox, crm: Crm) -> None:
    """Who joins or leaves an imported list is in the group, or out of it, without a pass over the list."""
    await read_journal(context, client)
    people = list(crm.contacts)
    hubspot.add_to_list(611, people[6])
    hubspot.remove_from_list(611, *people[:3])
    passes = hubspot.requests["lists.memberships"]

    await read_journal(context, client)
    await apply_all(context)

    assert await size(context.store) == 3
    assert hubspot.requests["lists.memberships"] == passes
    place = await context.store.read(journal.place, PORTAL)
    assert (place.offset, place.list_ids) == (hubspot.journal.files[-1].offset, ("611",))
    assert place.read_at is not None


@pytest.mark.usefixtures("imported")
async def test_a_lost_place(context: Context, client: JournalClient, hubspot: HubSpotSandbox, crm: Crm) -> None:
    """After more than three days of silence it is read from its beginning, and every list is passed over once."""
    await read_journal(context, client)
    people = list(crm.contacts)
    hubspot.add_to_list(611, people[5])
    await read_journal(context, client)
    hubspot.remove_from_list(611, people[0])
    hubspot.journal.forget()
    hubspot.add_to_list(611, people[6])

    await read_journal(context, client)
    await apply_all(context)

    assert await size(context.store) == 6
    place = await context.store.read(journal.place, PORTAL)
    assert place.offset == hubspot.journal.files[-1].offset


@pytest.mark.usefixtures("imported")
async def test_nothing_is_read_twice(context: Context, client: JournalClient, hubspot: HubSpotSandbox) -> None:
    """A second reading asks once and keeps nothing; the subscription stands."""
    await read_journal(context, client)
    hubspot.add_to_list(611, max(hubspot.crm.contacts))
    await read_journal(context, client)
    before = dict(hubspot.requests)

    await read_journal(context, client)

    assert hubspot.requests["journal.next"] == before["journal.next"] + 1
    assert hubspot.requests["journal file"] == before["journal file"]
    assert hubspot.requests["subscriptions.upsert"] == 1


async def test_without_groups(context: Context, client: JournalClient, hubspot: HubSpotSandbox) -> None:
    """As long as no list is imported, nothing is asked."""
    await read_journal(context, client)

    assert hubspot.requests["oauth.token"] == 0


@pytest.mark.usefixtures("imported")
async def test_refused(context: Context, client: JournalClient, hubspot: HubSpotSandbox) -> None:
    """An app that is refused is an error of the job, and nothing is kept."""
    hubspot.journal.client_secret = "another"

    with pytest.raises(AppRefused):
        await read_journal(context, client)
    assert await context.store.read(inbox.waiting) == 0


@pytest.mark.usefixtures("imported")
async def test_unknown_actions_are_counted(context: Context, client: JournalClient, hubspot: HubSpotSandbox) -> None:
    """An action of tomorrow is counted by its name, and does not hold up what comes after it."""
    await read_journal(context, client)
    hubspot.journal.note(hubspot.crm.add_to_list(611, [max(hubspot.crm.contacts)]), context.now())
    hubspot.journal.files[-1].events[0]["action"] = "TELEPORT"  # type: ignore[index]

    await read_journal(context, client)

    (unknown,) = await context.store.read(dead_letters.unknown_types)
    assert (unknown.source, unknown.kind, unknown.times) == ("hubspot journal", "TELEPORT", 1)


def event(action: str, **fields: object) -> dict[str, object]:
    return {"portalId": 4711, "action": action, "objectTypeId": "0-1", "objectId": 501} | fields


@pytest.mark.parametrize(
    ("told", "hints"),
    [
        (event("UPDATE"), [(HintKind.CONTACT, "501")]),
        (event("DELETE", objectTypeId="0-2"), [(HintKind.COMPANY, "501")]),
        (event("CREATE", objectTypeId="2-99"), []),
        (
            event("MERGE", mergedObjectIds=[502], newObjectId="601"),
            [(HintKind.CONTACT, id_) for id_ in ("501", "601", "502")],
        ),
        (
            event("ASSOCIATION_ADDED", fromObjectId=1, fromObjectTypeId="0-1", toObjectId=2, toObjectTypeId="0-2"),
            [(HintKind.CONTACT, "1"), (HintKind.COMPANY, "2")],
        ),
        (event("GDPR_DELETE"), [(HintKind.PRIVACY_DELETION, "501")]),
        (event("ADDED_TO_LIST", listId=611), [(HintKind.CONTACT, "501")]),
        (event("ADDED_TO_LIST", listId=611, objectId=None), [(HintKind.LIST, "611")]),
        (event("REMOVED_FROM_LIST", listId=611, objectTypeId="0-2"), [(HintKind.LIST, "611")]),
        (event("APP_INSTALL"), []),
        (event("UPDATE", portalId=1), []),
    ],
)
def test_hints(told: dict[str, object], hints: list[tuple[HintKind, str]]) -> None:
    """Each event becomes hints about the records that it touches; a list is passed over only if it must be."""
    assert read_events([told], PORTAL).hints == tuple(HintTold(*hint) for hint in hints)


def test_many_at_once() -> None:
    """So many who joined one list at once are one hint about the list."""
    joined = [event("ADDED_TO_LIST", listId=611, objectId=id_) for id_ in range(1, MOST_ONE_BY_ONE + 2)]

    assert read_events(joined, PORTAL).hints == (HintTold(HintKind.LIST, "611"),)
    assert len(read_events(joined[1:], PORTAL).hints) == MOST_ONE_BY_ONE


def test_a_bad_event() -> None:
    """What lacks its id is a dead letter that holds names and no values; the others count."""
    told = read_events([event("UPDATE", objectId="max@firma.de"), event("UPDATE"), "text"], PORTAL)

    assert told.hints == (HintTold(HintKind.CONTACT, "501"),)
    (letter,) = told.dead_letters
    assert (letter.reason, "objectId" in letter.fields) == ("objectId is missing or no id", True)
    assert "max@" not in repr(letter)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["action", "objectId", "objectTypeId", "listId", "portalId", "mergedObjectIds"]),
            st.sampled_from([*HINTS, *LIST_ACTIONS, "0-1", "0-2", 4711, 501]) | anything,
        )
    )
)
def test_whatever_comes(events: list[dict[str, object]]) -> None:
    """Whatever stands in a file, it is read without an error, and hints name ids."""
    told = read_events(json.loads(json.dumps(events)), PORTAL)

    assert all(hint.object_id.isdigit() for hint in told.hints)
