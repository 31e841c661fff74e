"""HubSpot's API versions: THE table of path families, as the package calls them and as dated versions name them."""

from dataclasses import dataclass
from typing import Final, Literal

Version = Literal["v3", "2026-09"]

# v4 paths lose support on 30 March 2027, v3 paths in September 2027; then this becomes "2026-09" or younger.
VERSION: Final[Version] = "v3"


@dataclass(frozen=True, slots=True)
class Family:
    """
    The paths of one API.

    `packaged` is how they begin in hubspot-api-client, `dated` how they begin in a dated version. `scopes`: any of them
    suffices for reading.
    """

    name: str
    packaged: str
    dated: str
    scopes: tuple[str, ...]


_CONTACTS: Final = "crm.objects.contacts.read"
_COMPANIES: Final = "crm.objects.companies.read"

FAMILIES: Final = (
    Family("contacts", "/crm/v3/objects/contacts", "/crm/objects/{version}/contacts", (_CONTACTS,)),
    Family("notes", "/crm/v3/objects/notes", "/crm/objects/{version}/notes", (_CONTACTS,)),
    Family("companies", "/crm/v3/objects/companies", "/crm/objects/{version}/companies", (_COMPANIES,)),
    Family("associations", "/crm/v4/associations", "/crm/associations/{version}", (_CONTACTS, _COMPANIES)),
    Family("lists", "/crm/v3/lists", "/crm/lists/{version}", ("crm.lists.read",)),
    Family("owners", "/crm/v3/owners", "/crm/owners/{version}", ("crm.objects.owners.read",)),
    Family("properties", "/crm/v3/properties", "/crm/properties/{version}", (_CONTACTS, "crm.schemas.contacts.read")),
    Family("account", "/account-info/v3", "/account-info/{version}", ("oauth",)),
    Family("sign-in", "/oauth/v1", "/oauth/{version}", ()),
    Family(
        "journal",
        "/webhooks-journal/journal/v4",
        "/webhooks-journal/journal/{version}",
        ("developer.webhooks_journal.read",),
    ),
    Family(
        "journal's subscriptions",
        "/webhooks-journal/subscriptions/v4",
        "/webhooks-journal/subscriptions/{version}",
        ("developer.webhooks_journal.subscriptions.read",),
    ),
)


def family_of(path: str) -> Family:
    """The family of a path as the package calls it. Raises: LookupError, when the table has no row for it."""
    for family in FAMILIES:
        if path == family.packaged or path.startswith(f"{family.packaged}/"):
            return family
    raise LookupError(f"no family of paths for {path}")


def path_in(version: Version, path: str) -> str:
    """Where `path`, as the package calls it, stands in a version. Dated paths have no slash at their end."""
    family = family_of(path)
    if version == "v3":
        return path
    return family.dated.format(version=version) + path.removeprefix(family.packaged).rstrip("/")


def scopes_for(method: str, path: str) -> tuple[str, ...]:
    """The scopes of which a request needs one."""
    scopes = family_of(path).scopes
    if method == "GET" or path.endswith(("/read", "/search")):
        return scopes
    return tuple(scope.removesuffix(".read") + ".write" for scope in scopes)
