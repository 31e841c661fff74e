"""The table of path families covers what the package calls, in every version."""

import pytest

from jobs.hubspot.versions import FAMILIES, path_in, scopes_for

PATHS = [
    ("/crm/v3/objects/contacts/batch/read", "/crm/objects/2026-09/contacts/batch/read"),
    ("/crm/v3/objects/contacts", "/crm/objects/2026-09/contacts"),
    ("/crm/v3/objects/notes", "/crm/objects/2026-09/notes"),
    ("/crm/v3/objects/companies/batch/read", "/crm/objects/2026-09/companies/batch/read"),
    ("/crm/v4/associations/contacts/companies/batch/read", "/crm/associations/2026-09/contacts/companies/batch/read"),
    ("/crm/v3/lists/", "/crm/lists/2026-09"),
    ("/crm/v3/lists/611/memberships", "/crm/lists/2026-09/611/memberships"),
    ("/crm/v3/lists/object-type-id/0-1/name/v3%2Fx", "/crm/lists/2026-09/object-type-id/0-1/name/v3%2Fx"),
    ("/crm/v3/owners/", "/crm/owners/2026-09"),
    ("/crm/v3/properties/contacts", "/crm/properties/2026-09/contacts"),
    ("/account-info/v3/details", "/account-info/2026-09/details"),
    ("/oauth/v1/token", "/oauth/2026-09/token"),
    ("/webhooks-journal/journal/v4/earliest", "/webhooks-journal/journal/2026-09/earliest"),
    ("/webhooks-journal/subscriptions/v4", "/webhooks-journal/subscriptions/2026-09"),
]


@pytest.mark.parametrize(("packaged", "dated"), PATHS)
def test_paths_in_both_versions(packaged, dated):
    """A path stays as the package calls it, or becomes HubSpot's dated one."""
    assert path_in("v3", packaged) == packaged
    assert path_in("2026-09", packaged) == dated


def test_every_family_is_covered():
    """No row of the table is without a path above."""
    assert {each.packaged for each in FAMILIES} == {
        each.packaged for each in FAMILIES for path, _ in PATHS if path.startswith(each.packaged)
    }


def test_unknown_paths_are_no_silent_v3():
    """A path without a row is refused instead of being sent to a version that ends."""
    with pytest.raises(LookupError):
        path_in("2026-09", "/crm/v3/objects/contactsandmore")


def test_writing_needs_another_scope():
    """Reads, batch reads and searches need the scope to read; creating needs the one to write."""
    contacts = "/crm/v3/objects/contacts"

    assert scopes_for("GET", f"{contacts}/501") == ("crm.objects.contacts.read",)
    assert scopes_for("POST", f"{contacts}/batch/read") == ("crm.objects.contacts.read",)
    assert scopes_for("POST", f"{contacts}/search") == ("crm.objects.contacts.read",)
    assert scopes_for("POST", contacts) == ("crm.objects.contacts.write",)
