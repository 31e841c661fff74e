"""Reading HubSpot's events: every type has its answer, and nothing that comes can do harm."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.inbox import HintKind, HintTold
from webhooks.bodies import Unreadable
from webhooks.hubspot_events import HINTS, IGNORED, Unheeded, read_events

PORTAL = "4711"


def event(kind="contact.creation", **fields):
    return {"eventId": 1, "portalId": 4711, "subscriptionType": kind, "objectId": 501} | fields


def read(*events, portal_id=PORTAL):
    return read_events(json.dumps(events).encode(), portal_id)


def contacts(*ids):
    return tuple(HintTold(HintKind.CONTACT, id_) for id_ in ids)


def company(id_):
    return HintTold(HintKind.COMPANY, id_)


@pytest.mark.parametrize(
    ("told", "hints"),
    [
        (event(), contacts("501")),
        (event("contact.propertyChange", propertyName="email", propertyValue="max@firma.de"), contacts("501")),
        (event("contact.deletion"), contacts("501")),
        (event("contact.restore"), contacts("501")),
        (event("company.propertyChange", objectId=8001), (company("8001"),)),
        (event("object.creation", objectTypeId="0-1"), contacts("501")),
        (event("object.deletion", objectTypeId="0-2", objectId=8001), (company("8001"),)),
        (
            event("contact.merge", objectId=601, primaryObjectId=501, mergedObjectIds=[502, 503], newObjectId=601),
            contacts("501", "502", "503", "601"),
        ),
        (event("object.merge", objectTypeId="0-1", mergedObjectIds=[]), contacts("501")),
        (
            event(
                "contact.associationChange",
                objectId=None,
                associationType="CONTACT_TO_COMPANY",
                fromObjectId=501,
                toObjectId=8001,
            ),
            (*contacts("501"), company("8001")),
        ),
        (
            event(
                "object.associationChange",
                fromObjectTypeId="0-2",
                toObjectTypeId="0-1",
                fromObjectId=8001,
                toObjectId=501,
            ),
            (company("8001"), *contacts("501")),
        ),
        (
            event("contact.associationChange", associationType="CONTACT_TO_DEAL", fromObjectId=501, toObjectId=9),
            contacts("501"),
        ),
        (event("contact.privacyDeletion"), (HintTold(HintKind.PRIVACY_DELETION, "501"),)),
    ],
    ids=lambda told: told.get("subscriptionType") if isinstance(told, dict) else "",
)
def test_hints(told, hints):
    """Each event becomes hints about the records that it touches, and no more."""
    assert read(told).hints == hints


def test_the_older_name_of_the_type():
    """`eventType` says what `subscriptionType` says."""
    told = event()
    told["eventType"] = told.pop("subscriptionType")

    assert read(told).hints == contacts("501")


def test_told_twice():
    """The same record told of several times in one delivery is one hint."""
    assert read(event(), event("contact.deletion"), event()).hints == contacts("501")


def test_a_privacy_deletion_is_obeyed_at_once():
    """Who was deleted for privacy is named, to be hidden before HubSpot is asked."""
    assert read(event("contact.privacyDeletion"), event("contact.deletion")).privacy_deletions == ("501",)


@pytest.mark.parametrize("family", IGNORED)
def test_ignored_on_purpose(family):
    """What we keep nothing of is passed over."""
    assert read(event(f"{family}.creation")).unheeded == (Unheeded.IGNORED,)


def test_objects_that_we_do_not_keep():
    """Generic events of custom objects and deals are passed over."""
    told = read(event("object.creation", objectTypeId="2-123"), event("object.merge", objectTypeId="0-3"))

    assert told.unheeded == (Unheeded.IGNORED, Unheeded.IGNORED)
    assert told.hints == told.dead_letters == ()


def test_unknown_types_are_counted():
    """A type of tomorrow is counted by its name, and is no dead letter."""
    told = read(event("contact.teleport"), event("max@firma.de"))

    assert told.unknown == ("contact.teleport", "(no name)")
    assert told.dead_letters == told.hints == ()


def test_another_portal():
    """Events of another portal do not count; until ours is known, all do."""
    assert read(event(portalId=4712)).unheeded == (Unheeded.OTHER_PORTAL,)
    assert read(event(portalId="4711")).hints == contacts("501")
    assert read(event(portalId=4712), portal_id=None).hints == contacts("501")


@pytest.mark.parametrize(
    ("object_id", "is_id"),
    [
        (2**63 - 1, True),
        ("501", True),
        ("0501", True),
        (2**63, False),
        (10**30, False),
        ("1" * 41, False),
        (0, False),
        (-1, False),
        (1.5, False),
        (True, False),
        (None, False),
        ("٣", False),
        ("501 ", False),
        ([501], False),
        ({}, False),
    ],
    ids=repr,
)
def test_ids(object_id, is_id):
    """An id is a number or its digits, of at most 64 bits; anything else is a dead letter."""
    told = read(event(objectId=object_id))

    assert (len(told.hints), len(told.dead_letters)) == ((1, 0) if is_id else (0, 1))


def test_a_bad_event_among_good_ones():
    """A bad event becomes a dead letter with names and ids, without values; the others count."""
    bad = event("contact.propertyChange", objectId="x", propertyValue="max@firma.de") | {"max@firma.de": 1}
    told = read(event(), bad, 7, event(objectId=502))

    assert told.hints == contacts("501", "502")
    assert [letter.reason for letter in told.dead_letters] == ["objectId is missing or no id", "it is no JSON object"]
    assert told.dead_letters[0].kind == "contact.propertyChange"
    assert told.dead_letters[0].ids == ("portalId 4711",)
    assert told.dead_letters[0].fields == ("eventId", "objectId", "portalId", "propertyValue", "subscriptionType")
    assert "firma" not in repr(told.dead_letters)


def test_one_event_that_cannot_be_read():
    """A number too long for any computer spoils its own event alone."""
    body = b'[%s, {"a": 1%s}]' % (json.dumps(event()).encode(), b"0" * 9_000)
    told = read_events(body, PORTAL)

    assert told.hints == contacts("501")
    assert len(told.dead_letters) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from(
    ["objectId", "portalId", "objectTypeId", "mergedObjectIds", "fromObjectId", "toObjectId", "associationType"]
)


@given(
    st.lists(
        st.builds(lambda kind, more: event(kind) | more, st.sampled_from(sorted(HINTS)), st.dictionaries(FIELDS, JSON))
    )
)
def test_every_event_has_an_end(events):
    """Whatever stands in the fields of known events: each is read, and no value gets into a dead letter."""
    told = read(*events)

    assert len(told.dead_letters) + len(told.unheeded) <= len(events)
    assert all(hint.object_id.isascii() and hint.object_id.isdigit() for hint in told.hints)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_body(body):
    """Any octets are read, or refused by name."""
    try:
        read_events(body, PORTAL)
    except Unreadable:
        assert not body.lstrip().startswith(b"[]")
