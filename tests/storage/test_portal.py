"""An installation belongs to one HubSpot portal; senders make the domains that are our own."""

import pytest

from storage import Store, portal, senders
from storage.portal import OtherPortal
from tests.storage.people import T0, at


def test_portal_is_kept_at_first_contact(store: Store) -> None:
    """The first portal stays; what is told of it is renewed, what is not told stays."""
    assert store.read_now(portal.present) is None

    store.write_now(portal.remember, "4711", now=T0, time_zone="Europe/Berlin", ui_domain="app-eu1.hubspot.com")
    store.write_now(portal.remember, "4711", now=at(1), time_zone="Europe/Vienna")

    kept = store.read_now(portal.present)
    assert kept is not None
    assert (kept.portal_id, kept.time_zone, kept.ui_domain) == ("4711", "Europe/Vienna", "app-eu1.hubspot.com")


def test_other_portal_is_refused(store: Store) -> None:
    """A token of another portal is refused, with what to do, and changes nothing."""
    store.write_now(portal.remember, "4711", now=T0)

    with pytest.raises(OtherPortal, match="HUBSPOT_ACCESS_TOKEN") as refused:
        store.write_now(portal.remember, "1234", now=T0)

    assert (refused.value.kept, refused.value.told) == ("4711", "1234")
    kept = store.read_now(portal.present)
    assert kept is not None
    assert kept.portal_id == "4711"


def test_first_v3_proof_is_noted_once(store: Store) -> None:
    """From the first proof by signature v3 on, its moment stands."""
    store.write_now(portal.remember, "4711", now=T0)
    store.write_now(portal.note_v3, at(1))
    store.write_now(portal.note_v3, at(2))

    kept = store.read_now(portal.present)
    assert kept is not None
    assert kept.v3_since == at(1)


def test_senders(store: Store) -> None:
    """Each sender has one id for ever, and the senders' domains are our own."""
    first = store.write_now(senders.keep_senders, ["anna@ours.de", "bert@ours.at"])
    again = store.write_now(senders.keep_senders, ["anna@ours.de", "carl@ours.de", "carl@ours.de"])

    assert again["anna@ours.de"] == first["anna@ours.de"]
    assert len({*first.values(), *again.values()}) == 3
    assert store.read_now(senders.own_domains) == {"ours.de", "ours.at"}


def test_zone(store: Store) -> None:
    """Days are those of the chosen zone, else of the portal's, else UTC, also where this machine knows no such zone."""
    assert store.read_now(portal.zone, None).key == "UTC"
    for told, known in (("Europe/Berlin", "Europe/Berlin"), ("Nowhere/Else", "UTC"), ("../etc/passwd", "UTC")):
        store.write_now(portal.remember, "4711", now=T0, time_zone=told)
        assert store.read_now(portal.zone, None).key == known
        assert store.read_now(portal.zone, "Pacific/Auckland").key == "Pacific/Auckland"
