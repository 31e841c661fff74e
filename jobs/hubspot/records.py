"""Batch reads of contacts and companies: every asked id is found, found under another id, or certainly not there."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from decisions.outside_text import clean
from jobs.hubspot.client import HubSpotClient
from jobs.hubspot.trouble import BadAnswer, ErrorDetail

BATCH: Final = 100
# So many of these are asked for at the same time.
AT_ONCE: Final = 4
MERGED_IDS: Final = ("hs_merged_object_ids", "hs_calculated_merged_vids")
# HubSpot's longest property value.
LONGEST_VALUE: Final = 65_536
_LARGEST_ID: Final = 2**63 - 1

Value = str | int | float | bool | None


class Record(msgspec.Struct):
    """A contact or company. Values are text with HubSpot; numbers and booleans are taken as well."""

    id: str | int
    properties: dict[str, Value]
    archived: bool = False

    def text(self, name: str) -> str | None:
        """A property's value, cleaned; None if it has none."""
        value = self.properties.get(name)
        if value is None or value == "":
            return None
        return clean(str(value).lower() if isinstance(value, bool) else str(value), LONGEST_VALUE)

    def old_ids(self) -> list[str]:
        """The ids merged into it. The second property is said to hold `id:time` pairs; both are joined by `;`."""
        parts = [part for name in MERGED_IDS for part in (self.text(name) or "").split(";")]
        ids = (part.partition(":")[0].strip() for part in parts)
        return [each for each in dict.fromkeys(ids) if each.isdigit() and each != str(self.id)]

    def created_at(self) -> datetime | None:
        return moment(self.text("createdate"))

    def modified_at(self) -> datetime | None:
        """Of a contact; with companies the property has another name."""
        return moment(self.text("lastmodifieddate"))


class BatchAnswer(msgspec.Struct):
    results: list[Record]
    errors: list[ErrorDetail] | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """`by_asked_id` maps to the record an id leads to, under whatever id that stands now; `missing` leads nowhere."""

    by_asked_id: dict[str, Record] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()

    def asked_ids(self) -> dict[str, list[str]]:
        """By present id: the ids that were asked and led there."""
        asked: dict[str, list[str]] = {}
        for asked_id, record in self.by_asked_id.items():
            asked.setdefault(str(record.id), []).append(asked_id)
        return asked

    def each(self) -> Iterator[Record]:
        """Every record once."""
        yield from {str(record.id): record for record in self.by_asked_id.values()}.values()


def read_records(
    client: HubSpotClient, batch_read: Callable[..., Any], ids: Iterable[str], properties: Sequence[str]
) -> Records:
    """
    Reads live records, then among those missing the archived ones (`archived` is true there), 100 a request.

    Args:
        batch_read: the method of the api object of the object type.

    Raises:
        HubSpotTrouble: nothing is concluded about any id.
    """
    wanted = list(dict.fromkeys(ids))
    possible = [each for each in wanted if is_id(each)]
    live = _read_all(client, batch_read, possible, properties, archived=False)
    rest = [each for each in possible if each not in live]
    archived = _read_all(client, batch_read, rest, properties, archived=True)
    found = live | archived
    return Records(found, frozenset(each for each in wanted if each not in found))


def is_id(text: str) -> bool:
    """Whether HubSpot could have given this id; another in a batch would spoil the batch."""
    return text.isascii() and text.isdigit() and int(text) <= _LARGEST_ID


def batches(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def moment(text: str | None) -> datetime | None:
    """A time of HubSpot's, ISO 8601 or milliseconds since the epoch, as aware UTC; None if it is neither."""
    if text is None:
        return None
    try:
        if text.isdigit():
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        parsed = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def refuse_other_errors(errors: Collection[ErrorDetail] | None) -> None:
    """An error inside a 207 that is not "not there" says nothing about its ids. Raises: BadAnswer."""
    for error in errors or ():
        if error.category != "OBJECT_NOT_FOUND":
            raise BadAnswer(f"a part of a batch failed with {error.category or 'no category'}")


def _read_all(
    client: HubSpotClient,
    batch_read: Callable[..., Any],
    ids: Sequence[str],
    properties: Sequence[str],
    *,
    archived: bool,
) -> dict[str, Record]:
    def read(some: Sequence[str]) -> BatchAnswer:
        body = {"inputs": [{"id": each} for each in some], "properties": properties, "propertiesWithHistory": []}
        answer = client.ask(batch_read, body, archived=str(archived).lower(), into=BatchAnswer)
        refuse_other_errors(answer.errors)
        return answer

    found: dict[str, Record] = {}
    asked = list(batches(ids, BATCH))
    for some, answer in zip(asked, _all_at_once(read, asked), strict=True):
        found |= _explained(some, answer.results)
        for asked_id in _unexplained(some, answer, found):
            found.update((asked_id, record) for record in read([asked_id]).results[:1])
    return found


def _all_at_once(read: Callable[[Sequence[str]], BatchAnswer], asked: Sequence[Sequence[str]]) -> list[BatchAnswer]:
    """The answers in the order of the questions, several of which wait for HubSpot at the same time."""
    if len(asked) < 2:
        return [read(some) for some in asked]
    with ThreadPoolExecutor(AT_ONCE, "footlight-hubspot-batches") as threads:
        return list(threads.map(read, asked))


def _explained(asked: Sequence[str], records: Iterable[Record]) -> dict[str, Record]:
    """Which record each asked id leads to, as far as the records tell by their id or their merged ids."""
    by_id: dict[str, Record] = {}
    for record in records:
        by_id |= dict.fromkeys(record.old_ids(), record)
    by_id |= {str(record.id): record for record in records}
    return {each: by_id[each] for each in asked if each in by_id}


def _unexplained(asked: Sequence[str], answer: BatchAnswer, found: dict[str, Record]) -> list[str]:
    """Asked ids that the answer passes over: the record they lead to does not name them, or HubSpot forgot them."""
    missing = {each for error in answer.errors or () for each in error.named("ids")}
    return [each for each in asked if each not in found and each not in missing]
