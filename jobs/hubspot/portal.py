"""The portal that the access token belongs to."""

from dataclasses import dataclass

import msgspec

from jobs.hubspot.client import HubSpotClient
from jobs.hubspot.trouble import ScopeMissing


@dataclass(frozen=True, slots=True)
class PortalDetails:
    """`time_zone`: an IANA name; `ui_domain`: where people open HubSpot, like `app-eu1.hubspot.com`."""

    portal_id: str
    time_zone: str | None
    ui_domain: str | None


class _Details(msgspec.Struct):
    portalId: str | int
    timeZone: str | None = None
    uiDomain: str | None = None


def read_portal(client: HubSpotClient) -> PortalDetails | None:
    """None when the token may not ask, which is no fault of it. Raises: HubSpotTrouble."""
    try:
        details = client.ask(client.account_details, into=_Details)
    except ScopeMissing:
        return None
    return PortalDetails(str(details.portalId), details.timeZone, details.uiDomain)
