"""Notes on contacts, as HubSpot's timeline shows them: written, and looked for."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from jobs.hubspot.associations import read_associated
from jobs.hubspot.client import HubSpotClient
from jobs.hubspot.records import BATCH, BatchAnswer, batches

# Source: HubSpot developer docs, "Associations", association type ids: note to contact.
NOTE_TO_CONTACT: Final = 202


class _Made(msgspec.Struct):
    id: str | int


def write_note(client: HubSpotClient, contact_id: str, html: str, at: datetime) -> None:
    """
    Writes a note on a contact; twice makes two. `at` is its place in the timeline.

    Raises:
        ScopeMissing: naming `crm.objects.contacts.write`.
    """
    moment = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    kind = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": NOTE_TO_CONTACT}
    body = {
        "properties": {"hs_timestamp": moment, "hs_note_body": html},
        "associations": [{"to": {"id": contact_id}, "types": [kind]}],
    }
    client.ask(client.notes.create, body, into=_Made)


def has_note(client: HubSpotClient, contact_id: str, words: str) -> bool:
    """Whether a note on the contact holds these words; exact at once, unlike HubSpot's search."""
    return any(words in (text or "") for text in _texts(client, read_associated(client, contact_id, "notes")))


def _texts(client: HubSpotClient, note_ids: Sequence[str]) -> list[str | None]:
    texts = []
    for some in batches(note_ids, BATCH):
        inputs = [{"id": each} for each in some]
        body = {"inputs": inputs, "properties": ["hs_note_body"], "propertiesWithHistory": []}
        answer = client.ask(client.note_batches.read, body, into=BatchAnswer)
        texts += [each.text("hs_note_body") for each in answer.results]
    return texts
