"""Notes on contacts, as HubSpot's timeline shows them: written, looked for and changed."""

from datetime import UTC, datetime
from typing import Final

import msgspec

from jobs.hubspot.associations import read_associated
from jobs.hubspot.client import HubSpotClient
from jobs.hubspot.records import BATCH, BatchAnswer, Record, batches

# Source: HubSpot developer docs, "Associations", association type ids: note to contact.
NOTE_TO_CONTACT: Final = 202
BODY: Final = "hs_note_body"


class _Made(msgspec.Struct):
    id: str | int


def write_note(client: HubSpotClient, contact_id: str, html: str, at: datetime) -> None:
    """
    Writes a note on a contact; twice makes two. `at` is its place in the timeline.

    Raises:
        ScopeMissing: naming `crm.objects.contacts.write`.
    """
    kind = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": NOTE_TO_CONTACT}
    body = {"properties": _properties(html, at), "associations": [{"to": {"id": contact_id}, "types": [kind]}]}
    client.ask(client.notes.create, body, into=_Made)


def put_note(client: HubSpotClient, contact_id: str, words: str, html: str, at: datetime) -> None:
    """Like `write_note`, but the note on the contact that holds these words, if there is one, becomes this."""
    found = _find(client, contact_id, words)
    if found is None:
        write_note(client, contact_id, html, at)
    elif found.text(BODY) != html:
        client.ask(client.notes.update, str(found.id), {"properties": _properties(html, at)}, into=_Made)


def has_note(client: HubSpotClient, contact_id: str, words: str) -> bool:
    """Whether a note on the contact holds these words; exact at once, unlike HubSpot's search."""
    return _find(client, contact_id, words) is not None


def _find(client: HubSpotClient, contact_id: str, words: str) -> Record | None:
    for some in batches(read_associated(client, contact_id, "notes"), BATCH):
        inputs = [{"id": each} for each in some]
        body = {"inputs": inputs, "properties": [BODY], "propertiesWithHistory": []}
        answer = client.ask(client.note_batches.read, body, into=BatchAnswer)
        if found := next((each for each in answer.results if words in (each.text(BODY) or "")), None):
            return found
    return None


def _properties(html: str, at: datetime) -> dict[str, str]:
    moment = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"hs_timestamp": moment, BODY: html}
