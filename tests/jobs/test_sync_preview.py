"""A preview tells who a sync would bring and take, and writes nothing."""

from jobs.context import Context
from jobs.reconcile import sync_groups
from jobs.sync_preview import Preview, preview_groups
from sandbox.hubspot import Crm
from storage import privacy, sync_runs
from storage.sync_previews import PreviewedMember
from tests.jobs.test_reconcile import LIST, group, import_list, sync


async def preview(context: Context, name: str = LIST, *, accept_removals: bool = False) -> Preview:
    (told,) = await preview_groups(context, [name], on_progress=lambda _: None, accept_removals=accept_removals)
    return told


async def test_mass_removal_foretold(context: Context, crm: Crm) -> None:
    """What a sync would not believe is said beforehand, with all counts and the first names; the group stays."""
    made = [crm.create("contacts", {"email": f"n{n}@firma.example"}).record for n in range(60)]
    crm.add_to_list(int(LIST), [each.id for each in made if each])
    await import_list(context)
    await sync(context)
    crm.remove_from_list(int(LIST), [each.id for each in made if each])

    told = await preview(context)

    assert (told.joining, told.leaving, told.staying, len(told.first_leaving)) == (0, 60, 5, 10)
    assert "--accept-removals" in (told.trouble or "")
    assert (await preview(context, accept_removals=True)).trouble is None
    view = await context.store.read(group)
    assert (view.size, view.trouble) == (65, None)
    assert len(await context.store.read(sync_runs.newest, view.id, 5)) == 1


async def test_erased_would_not_join(context: Context, crm: Crm) -> None:
    """Who was erased counts as held back, and is named nowhere."""
    await import_list(context)
    erase = {"actor": "hubspot", "hasher": context.hasher, "now": context.now()}
    await context.store.write(privacy.erase_contact, str(min(crm.contacts)), **erase)  # type: ignore[arg-type]

    told = await preview(context)

    assert (told.joining, told.held_back) == (4, 1)
    assert "p1@firma1.example" not in {each.address for each in told.first_joining}


async def test_accounts_foretold(context: Context, crm: Crm) -> None:
    """Of a list of companies, accounts come and go, by name and domain."""
    made = crm.create_list("Key accounts", "companies")
    crm.add_to_list(made.id, [min(crm.companies)])
    await import_list(context, str(made.id))
    musterfirma = (PreviewedMember("Musterfirma GmbH", "musterfirma.example"),)

    assert (await preview(context, "Key accounts")).first_joining == musterfirma
    await sync_groups(context)
    crm.remove_from_list(made.id, [min(crm.companies)])
    told = await preview(context, "Key accounts")
    assert (told.joining, told.leaving, told.first_leaving) == (0, 1, musterfirma)


async def test_deleted_list_foretold(context: Context, crm: Crm) -> None:
    """A list that was deleted in HubSpot is said to be so."""
    await import_list(context)
    crm.delete_list(int(LIST))

    assert "was deleted in HubSpot" in ((await preview(context)).trouble or "")
