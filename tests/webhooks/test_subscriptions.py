"""The example app subscribes to what is shown, and to nothing that the receiver does not know."""

import json
from pathlib import Path

from jobs.hubspot.companies import READ
from storage.contact_properties import ALWAYS_HELD, SHOWN_BY_DEFAULT
from webhooks.hubspot_events import HINTS

APP = Path(__file__).parents[2] / "examples" / "hubspot-app" / "src" / "app"
SUBSCRIBED = [
    each
    for family in json.loads((APP / "webhooks" / "webhooks-hsmeta.json").read_text())["config"][
        "subscriptions"
    ].values()
    for each in family
]


def properties(kind: str) -> set[str]:
    changes = (each for each in SUBSCRIBED if each["subscriptionType"] == f"{kind}.propertyChange")
    return {each["propertyName"] for each in changes}


def test_what_is_shown_is_subscribed() -> None:
    """A change of any property that is shown or held by default arrives by webhook, and so does one of an address."""
    shown = {each.name for each in SHOWN_BY_DEFAULT}

    assert shown | set(ALWAYS_HELD) | {"email", "hs_additional_emails"} <= properties("contact")
    assert set(READ) <= properties("company")


def test_each_is_subscribed_once_and_known() -> None:
    """No subscription stands there twice, is switched off, or tells something that becomes no hint."""
    assert len({(each["subscriptionType"], each.get("propertyName")) for each in SUBSCRIBED}) == len(SUBSCRIBED)
    assert all(each["active"] and each["subscriptionType"] in HINTS for each in SUBSCRIBED)
