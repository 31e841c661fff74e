"""The export is whole and an erase leaves nothing, table by table; a new table must be thought of here."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, SQLModel, col, select

import storage.tables  # noqa: F401 - every table is known
from storage import Store, digests, groups_by_hand, outbox
from storage.address_claims import LostClaim
from storage.addresses import Address
from storage.audit import AuditEntry
from storage.contacts import Contact, ContactId
from storage.dead_letters import DeadLetter
from storage.digests import DigestEntry
from storage.feed import Activity
from storage.follows import Follow, FollowedClicks
from storage.inbox import Hint, HintKind
from storage.kept_totals import KeptCount
from storage.lead_notes import LeadNote
from storage.leads import Lead
from storage.opt_outs import KeyKind
from storage.opt_outs_waiting import OptOutRequest, OptOutWaiting, RequestState, Source
from storage.outbox import Due, OutboxItem
from storage.performance import Counter
from storage.person_export import SECTIONS, export
from storage.posted import Posted
from storage.privacy import erase
from storage.privacy_requests import PrivacyRequest, Wish
from storage.subscriptions import Topic
from storage.target_groups import GroupAddress, GroupMember
from storage.tracking import Event, EventKind, LastSeen
from tests.storage.people import HASHER, T0, a_state, become_lead, fetch, store_all

# Each table that holds something of a person, and its columns that the export does not repeat: ids of ours by which
# rows find each other, what is made of other columns, and what stands there under its name.
OF_A_PERSON: Final[dict[type[SQLModel], set[str]]] = {
    Address: {"id", "account_id", "contact_id"},
    Contact: {"id", "search_text", "owner_id", "company_id", "modified_at"},
    ContactId: {"contact_id", "is_present"},
    LostClaim: {"address_id", "contact_id"},
    GroupMember: {"group_id", "contact_id", "edition"},
    GroupAddress: {"group_id", "address_id"},
    Event: {"id", "address_id", "campaign_id", "sender_id", "group_id", "kind", "counts_as"},
    LastSeen: {"address_id"},
    Counter: {"address_id"},
    KeptCount: {"address_id"},
    Lead: {"id", "address_id"},
    LeadNote: {"id", "address_id"},
    Activity: {"id", "address_id"},
    Follow: {"id", "address_id", "account_id", "after_event", "last_event"},
    FollowedClicks: {"id", "address_id", "follow_id"},
    Posted: {"id", "address_id"},
    PrivacyRequest: {"id", "address_id"},
    AuditEntry: {"id", "address_id"},
    OptOutWaiting: {"address_id", "hash", "request_id"},
    DigestEntry: {"id", "subject"},
    OutboxItem: {"id", "key"},
    Hint: set(),
    DeadLetter: {"id"},
}
# The others, with the reason why nothing of a person stands in them.
OF_NOBODY: Final = {
    "account account_domain company": "organisations; an account goes with the last of its addresses",
    "account_activity": "a message about an organisation; its people's lines are in posted",
    "opt_out sealed_key": "keyed hashes, and their key",
    "hour_counter kept_total": "sums that name nobody",
    "campaign campaign_account campaign_group campaigns_version banner_file": "our campaigns",
    "target_group group_account": "groups, and the companies in them",
    "sender owner permitted_user matched_owner mentioned_user welcomed_user": "our own people",
    "api_key portal hubspot_choice property_choice property_label subscription": "settings",
    "installation install_invite install_state workspace": "Slack workspaces",
    "hubspot_list list_paged list_walk sync_run pass_lease full_pass": "how far passes are",
    "changes_read journal_place request_budget clicks_noted": "how far jobs are",
    "staged_member": "ids of a list while it is read; the next pass empties it",
    "opt_out_request": "how many opt-outs wait together",
    "received_click": "hashes of other tools' ids",
    "slack_event": "sealed, for a day at most, until it is answered",
    "outbox_destination unknown_type erased_bytes": "when, and how often",
}


def test_every_table_is_thought_of() -> None:
    """A new table is either of a person, and then exported and erased, or it is said why not."""
    named = [table.__tablename__ for table in OF_A_PERSON] + [name for names in OF_NOBODY for name in names.split()]
    assert sorted(map(str, named)) == sorted(SQLModel.metadata.tables)


def max_everywhere(session: Session) -> None:
    """A row of Max in each table that no click or answer of HubSpot fills."""
    max_ = session.exec(select(Address).where(Address.email == "max@firma.de")).one()
    id_, contact_id = max_.id or 0, max_.contact_id or 0
    lead = session.exec(select(Lead).where(Lead.address_id == id_)).one()
    follow = Follow(user_id="U77", team_id="T77", address_id=id_, since=T0, until=T0, clicks=3, message=41)
    request = OptOutRequest(source=Source.CSV, state=RequestState.WAITING, asked_by="cli", asked_at=T0, last_at=T0)
    session.add_all([follow, request])
    session.flush()
    activity = Activity(address_id=id_, first_at=T0, last_at=T0)
    group_id = groups_by_hand.create(session, "Fair guests", actor="cli", now=T0)
    session.add_all(
        [
            activity,
            KeptCount(address_id=id_, campaign_id=9, group_id=8, kind=1, counts_as=1, number=37),
            GroupMember(group_id=group_id, contact_id=contact_id, since=T0, edition=0),
            GroupAddress(group_id=group_id, address_id=id_, since=T0),
            LeadNote(
                address_id=id_, channel="C71", ts="71.1", author="slack:U71", text="call him", at=T0, revised_at=T0
            ),
            FollowedClicks(follow_id=follow.id, message=41, address_id=id_, first_at=T0, last_at=T0),
            Posted(channel="C72", ts="72.1", kind=Due.ACTIVITY_CHANGED, subject="4711", address_id=id_, at=T0),
            PrivacyRequest(address_id=id_, wish=Wish.EXPORT, asked_at=T0),
            AuditEntry(at=T0, actor="slack:U73", action="claimed a lead", address_id=id_, detail="told so"),
            OptOutWaiting(request_id=request.id, hash=b"h", kind=KeyKind.ADDRESS, hubspot_id="501", address_id=id_),
            Hint(kind=HintKind.CONTACT, object_id="501", told_at=T0, due_at=T0, trouble="HubSpot is silent"),
            DeadLetter(source="hubspot", kind="odd", reason="no date", ids=["501"], fields=["when"], at=T0),
        ]
    )
    session.flush()
    digests.add(session, "C74", Topic.FEED, activity.id, now=T0)
    for kind, subject in (
        (Due.ACTIVITY_CHANGED, activity.id),
        (Due.LEAD_CHANGED, lead.id),
        (Due.OPT_OUT_TO_HUBSPOT, contact_id),
        (Due.CLICKS_TO_HUBSPOT, f"{contact_id}:2026-11-25"),
    ):
        outbox.owe(session, kind, subject or 0, destination="slack:C75", now=T0)


def a_world_with_max(store: Store) -> None:
    """Eva, a contact; and Max, once a lead, whom HubSpot gives her address as well, and who did everything."""
    store_all(store, a_state("502", "eva@firma.de", properties={"firstname": "Eva"}))
    become_lead(store, "max@firma.de")
    fetch(store, "max@firma.de", EventKind.VIEW, minute=1)
    store_all(store, a_state(additional_emails=("m@privat.de", "eva@firma.de"), minute=2))
    store.write_now(max_everywhere)


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from leaves(one)
    else:
        yield str(value)


def spelt(value: Any) -> str:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)


def test_export_is_whole(store: Store) -> None:
    """Whatever column of whatever table holds something of a person, its value stands in the export."""
    a_world_with_max(store)
    told = json.loads(json.dumps(store.read_now(export, "max@firma.de", HASHER)))
    there = set(leaves(told))
    with_address = {table for table in OF_A_PERSON if "address_id" in table.model_fields}
    assert with_address - {Event, GroupAddress, LostClaim} == {one.table for one in SECTIONS.values()}
    for name, section in SECTIONS.items():
        assert set(section.table.model_fields) - set(told[name][0]) <= OF_A_PERSON[section.table]

    def missing(session: Session) -> list[tuple[str, str, str]]:
        eva = session.exec(select(Address.contact_id, Address.id).where(Address.email == "eva@firma.de")).one()
        found = []
        for table, left_out in OF_A_PERSON.items():
            columns = set(table.model_fields) - left_out
            rows = [row for row in session.exec(select(table)) if not is_evas(row, *eva)]
            assert rows, f"no row of Max in {table.__tablename__}"
            for row in rows:
                for value in (spelt(each) for name in columns for each in flat(getattr(row, name))):
                    if value not in there:
                        found.append((str(table.__tablename__), ", ".join(sorted(columns)), value))
        return found

    assert store.read_now(missing) == []


def flat(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else [value]


def is_evas(row: Any, contact_id: int, address_id: int) -> bool:
    """Eva's, or nobody's."""
    if isinstance(row, LostClaim):
        return False
    if isinstance(row, Contact):
        return row.id == contact_id
    if isinstance(row, Address):
        return row.id == address_id
    return getattr(row, "contact_id", None) == contact_id or getattr(row, "address_id", 0) is None


def test_erase_leaves_nothing(store: Store) -> None:
    """Every table is as if the person had never been there, save the nameless traces that are meant to stay."""
    store_all(store, a_state("502", "eva@firma.de", properties={"firstname": "Eva"}))

    def counts(session: Session) -> dict[str, int]:
        return {str(table.__tablename__): len(session.exec(select(table)).all()) for table in OF_A_PERSON}

    before = store.read_now(counts)
    a_world_with_max(store)
    store.write_now(erase, "max@firma.de", actor="cli", hasher=HASHER, now=T0)

    after = store.read_now(counts)
    nameless = {"audit_entry", "posted", "outbox_item"}
    assert {name: number for name, number in after.items() if name not in nameless} == {
        name: number for name, number in before.items() if name not in nameless
    }

    def named(session: Session) -> list[Any]:
        eva = session.exec(select(Address.id).where(Address.email == "eva@firma.de")).one()
        owed = session.exec(select(OutboxItem.kind).where(col(OutboxItem.kind) != Due.PERSON_FORGOTTEN)).all()
        entries = session.exec(select(AuditEntry.address_id)).all()
        return [*owed, *session.exec(select(Posted.address_id)), *(one for one in entries if one != eva)]

    assert set(store.read_now(named)) == {None}
