"""What Footlight and HubSpot tell each other is chosen, and whoever changes it stands in the audit."""

from datetime import date

from storage import Store, audit, clicks_to_hubspot, hubspot_choices
from storage.hubspot_choices import Chosen, HubSpotOption
from tests.storage.people import T0

BY = {"actor": "cli", "now": T0}


def test_changes_are_noted(store: Store) -> None:
    """Each change is noted with the property, once; what is so already is no change."""
    for value in ("true", "true", "yes"):
        store.write_now(hubspot_choices.choose, HubSpotOption.OPT_OUT_FROM, Chosen("no_tracking", value), **BY)
    for day in (25, 26):
        store.write_now(clicks_to_hubspot.switch_on, date(2026, 11, day), **BY)
    for _ in range(2):
        store.write_now(hubspot_choices.switch_off, HubSpotOption.CLICKS, **BY)

    noted = store.read_now(audit.newest, 10)
    assert {(one.actor, one.action) for one in noted} == {("cli", "changed the exchange with HubSpot")}
    told = ["opt_out_from: no_tracking", "opt_out_from: no_tracking", "clicks: on", "clicks: off"]
    assert [one.detail for one in reversed(noted)] == told
