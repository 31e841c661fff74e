"""What HubSpot answers is doubted where it must be: the group keeps its members, and the admin hears of it once."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from jobs.context import Context
from sandbox.hubspot import Crm, HubSpotSandbox
from storage import Session, subscriptions, sync_runs
from storage.outbox import Due, OutboxItem
from storage.subscriptions import Topic
from tests.jobs.test_reconcile import LIST, counts, group, import_list, sync

MANY = 60
Break = Callable[[Crm, HubSpotSandbox], None]


def told_admin(session: Session) -> list[str]:
    return list(session.exec(select(OutboxItem.subject).where(OutboxItem.kind == Due.ADMIN_TOLD)))


def forget_told(session: Session) -> None:
    for item in session.exec(select(OutboxItem)):
        session.delete(item)


def add_many(crm: Crm) -> list[int]:
    made = [crm.create("contacts", {"email": f"n{n}@firma.example"}).record for n in range(MANY)]
    ids = [each.id for each in made if each]
    crm.add_to_list(int(LIST), ids)
    return ids


def delete_list(crm: Crm, hubspot: HubSpotSandbox) -> None:
    crm.delete_list(int(LIST))


def empty_answer(crm: Crm, hubspot: HubSpotSandbox) -> None:
    hubspot.faults.empty_lists = {int(LIST)}


def mass_removal(crm: Crm, hubspot: HubSpotSandbox) -> None:
    crm.remove_from_list(int(LIST), list(crm.hubspot_list(int(LIST)).members)[:MANY])


def revoke(crm: Crm, hubspot: HubSpotSandbox) -> None:
    hubspot.faults.revoked = True


def take_scope(crm: Crm, hubspot: HubSpotSandbox) -> None:
    hubspot.faults.missing_scopes = {"crm.lists.read"}


def truncate(crm: Crm, hubspot: HubSpotSandbox) -> None:
    hubspot.faults.only, hubspot.faults.truncated = "lists.memberships", 1_000


def repeat_pages(crm: Crm, hubspot: HubSpotSandbox) -> None:
    for _ in range(5):
        made = [crm.create("contacts", {}).record for _ in range(50)]
        crm.add_to_list(int(LIST), [each.id for each in made if each])
    hubspot.faults.repeated_pages = 1_000


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (delete_list, "was deleted in HubSpot"),
        (empty_answer, "--accept-removals"),
        (mass_removal, "--accept-removals"),
        (revoke, "HUBSPOT_ACCESS_TOKEN"),
        (take_scope, "crm.lists.read"),
        (truncate, "HubSpot"),
        (repeat_pages, "leads back"),
    ],
)
async def test_told_once(context: Context, crm: Crm, hubspot: HubSpotSandbox, break_it: Break, words: str) -> None:
    """Whatever went wrong, members stay, the admin is told once with what to do, and once when it is well again."""
    await context.store.write(subscriptions.subscribe, Topic.ADMIN, "C1", now=context.now())
    add_many(crm)
    await import_list(context)
    await sync(context)
    break_it(crm, hubspot)

    assert words in ((await sync(context)).trouble or "")
    assert await context.store.read(told_admin) == ["target_groups"]
    await context.store.write(forget_told)
    assert words in ((await sync(context)).trouble or "")
    assert await context.store.read(told_admin) == []
    assert (await context.store.read(group)).size == MANY + 5

    hubspot.faults.clear()
    crm.lists[int(LIST)].deleted_at = None
    assert (await sync(context, accept_removals=break_it is mass_removal)).trouble is None
    assert await context.store.read(told_admin) == ["target_groups"]
    await context.store.write(forget_told)
    await sync(context)
    assert await context.store.read(told_admin) == []


async def test_first_import(context: Context, crm: Crm, hubspot: HubSpotSandbox) -> None:
    """A first import that gets far fewer members than the list is said to have is not believed, nor taken for one."""
    await context.store.write(subscriptions.subscribe, Topic.ADMIN, "C1", now=context.now())
    add_many(crm)
    await import_list(context)
    empty_answer(crm, hubspot)

    for _ in range(2):
        assert f"only 0 of the {MANY + 5} members" in ((await sync(context)).trouble or "")
    view = await context.store.read(group)
    assert (view.size, view.equal_since) == (0, None)
    assert await context.store.read(told_admin) == ["target_groups"]
    (newest, _) = await context.store.read(sync_runs.newest, view.id, 5)
    assert "only 0 of the" in (newest.outcome.trouble or "")

    assert (await sync(context, accept_removals=True)).trouble is None
    hubspot.faults.clear()
    assert counts(await sync(context)) == {"added": MANY + 5}
