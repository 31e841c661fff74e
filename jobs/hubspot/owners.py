"""Owners as HubSpot holds them, those who left included."""

from typing import Any, Final

import msgspec

from decisions.addresses import NotAnAddress, normalise
from decisions.outside_text import clean
from jobs.hubspot.client import HubSpotClient
from jobs.hubspot.pages import Cursors, Paging
from storage.owners import OwnerState

PAGE: Final = 100
LONGEST_NAME: Final = 200


class _Owner(msgspec.Struct):
    id: str | int
    email: str | None = None
    firstName: str | None = None
    lastName: str | None = None


class _Page(msgspec.Struct):
    results: list[_Owner]
    paging: Paging | None = None


def read_owners(client: HubSpotClient) -> tuple[OwnerState, ...]:
    """All owners; who is archived may still own contacts. Raises: HubSpotTrouble."""
    return (*_read(client, is_archived=True), *_read(client, is_archived=False))


def _read(client: HubSpotClient, *, is_archived: bool) -> list[OwnerState]:
    owners: list[OwnerState] = []
    cursors, after = Cursors("owners"), None
    while True:
        more: dict[str, Any] = {} if after is None else {"after": after}
        page = client.ask(client.owners.get_page, limit=PAGE, archived=str(is_archived).lower(), into=_Page, **more)
        owners += [_state(each, is_archived=is_archived) for each in page.results]
        if (after := cursors.after(page.paging)) is None:
            return owners


def _state(owner: _Owner, *, is_archived: bool) -> OwnerState:
    email = _normalised(owner.email)
    name = " ".join(part.strip() for part in (owner.firstName, owner.lastName) if part and part.strip())
    return OwnerState(str(owner.id), clean(name, LONGEST_NAME) or email or "", email, is_archived)


def _normalised(text: str | None) -> str | None:
    try:
        return normalise(text) if text else None
    except NotAnAddress:
        return None
