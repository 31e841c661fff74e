"""The webhooks journal: what happened, kept in files for three days, for an app that asks. Source: HubSpot developer
docs, "Webhooks journal and management APIs", and the description of version 2026-03."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sandbox.hubspot.events import AppEvent, Change, ListEvent
from sandbox.hubspot.records import OBJECT_TYPE_IDS
from sandbox.hubspot.refusals import Json

LINK_LASTS = timedelta(minutes=10)
TOKEN_LASTS = timedelta(minutes=30)
ACTIONS: Mapping[str, str] = {
    "creation": "CREATE",
    "propertyChange": "UPDATE",
    "deletion": "DELETE",
    "restore": "RESTORE",
    "merge": "MERGE",
}
"""What the journal calls the events of app webhooks; others are not kept in it."""


@dataclass(frozen=True, slots=True)
class JournalFile:
    offset: str
    published_at: datetime
    events: Sequence[Json]

    def body(self) -> Json:
        return {"offset": self.offset, "publishedAt": _iso(self.published_at), "journalEvents": list(self.events)}


@dataclass
class Journal:
    """One app's journal, of one portal. Each change that a subscription covers is a file of its own."""

    client_id: str
    client_secret: str
    portal_id: int
    files: list[JournalFile] = field(default_factory=list)
    subscriptions: dict[int, Json] = field(default_factory=dict)
    tokens: dict[str, datetime] = field(default_factory=dict)
    """Access tokens of the app, and until when they hold."""
    links: dict[str, datetime] = field(default_factory=dict)
    """Signatures of links to files, and until when they hold."""
    next_id: int = 1

    def note(self, change: Change, now: datetime) -> None:
        """Keep what subscriptions cover."""
        told = [*self._of_lists(change.list_events), *self._of_objects(change.app_events)]
        if told:
            self.files.append(JournalFile(str(uuid4()), now, told))

    def forget(self) -> None:
        """As after three days: every file is gone, and so is every offset."""
        self.files.clear()

    def sign_in(self, now: datetime) -> str:
        token = f"app-{uuid4()}"
        self.tokens[token] = now + TOKEN_LASTS
        return token

    def knows(self, token: str, now: datetime) -> bool:
        return self.tokens.get(token, now) > now

    def link_to(self, file: JournalFile, now: datetime) -> tuple[str, datetime]:
        """Path and query under which the file can be had, and until when."""
        signature = uuid4().hex
        self.links[signature] = now + LINK_LASTS
        return f"/journal-files/{file.offset}?X-Amz-Signature={signature}", self.links[signature]

    def subscribe(self, wanted: Json, now: datetime) -> Json:
        """A subscription that is the same but for its actions is changed; all others are new."""
        key = {name: value for name, value in wanted.items() if name != "actions"}
        found = next((each for each in self.subscriptions.values() if key.items() <= each.items()), None)
        if found is None:
            found = {"id": self.next_id, "appId": 77_001, "objectTypeId": "0-1", "createdAt": _iso(now)}
            self.subscriptions[self.next_id] = found
            self.next_id += 1
        found.update(wanted, updatedAt=_iso(now))
        return found

    def _of_lists(self, happened: Sequence[ListEvent]) -> Iterator[Json]:
        for each in happened:
            action = "ADDED_TO_LIST" if each.joined else "REMOVED_FROM_LIST"
            if self._is_wanted("LIST_MEMBERSHIP", action, listIds=each.list_id):
                yield self._event("listMembership", action, each.object_type, each.record_id, each.occurred_at) | {
                    "listId": each.list_id
                }

    def _of_objects(self, happened: Sequence[AppEvent]) -> Iterator[Json]:
        for each in happened:
            action = ACTIONS.get(each.kind)
            if action and self._is_wanted("OBJECT", action, objectTypeId=OBJECT_TYPE_IDS[each.object_type]):
                changes = {each.fields["propertyName"]: each.fields["propertyValue"]} if action == "UPDATE" else {}
                told = self._event("crmObject", action, each.object_type, each.object_id, each.occurred_at)
                yield told | {"propertyChanges": changes}
            if each.kind == "privacyDeletion" and self._is_wanted("GDPR_PRIVACY_DELETION", "GDPR_DELETE"):
                yield self._event("gdprDeletion", "GDPR_DELETE", each.object_type, each.object_id, each.occurred_at)

    def _is_wanted(self, kind: str, action: str, **about: Any) -> bool:
        return any(
            each["subscriptionType"] == kind and action in each["actions"] and _covers(each, about)
            for each in self.subscriptions.values()
        )

    def _event(self, kind: str, action: str, object_type: Any, record_id: int, at: datetime) -> Json:
        return {
            "type": kind,
            "portalId": self.portal_id,
            "occurredAt": _iso(at),
            "action": action,
            "objectTypeId": OBJECT_TYPE_IDS[object_type],
            "objectId": record_id,
        }


def _covers(subscription: Json, about: Mapping[str, Any]) -> bool:
    for name, value in about.items():
        wanted = subscription.get(name)
        if value not in wanted if isinstance(wanted, list) else value != wanted:
            return False
    return True


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
