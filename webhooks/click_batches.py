"""Click events of other signature tools: signed batches, each event taken once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import structlog
from aiohttp import web

from decisions.addresses import NotAnAddress, normalise
from decisions.outside_text import clean
from decisions.web_addresses import NotAWebAddress, normalise_url
from storage import Session
from storage.clicks_reported import ReportedClick, keep_clicks
from storage.fetch_arrived import Tracker
from storage.group_commit import Gathering
from webhooks.bodies import Unreadable, read_json, split_array
from webhooks.edge import EDGE, Edge
from webhooks.problems import Problem, malformed, switched_off, too_large
from webhooks.verify import check_standard_webhook

MOST_EVENTS: Final = 1_000
LONGEST_ID: Final = 500
LONGEST_CAMPAIGN: Final = 200
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
CLOCKS_MAY_DIFFER: Final = timedelta(days=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Rejection:
    """An event that was not taken. `index` counts from 0; the reason names fields, and repeats no value."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReadBatch:
    """What a body held: what can be taken, and what cannot."""

    clicks: tuple[ReportedClick, ...]
    rejected: tuple[Rejection, ...]


class Rejected(ValueError):
    """One event cannot be taken; the text says why, without repeating a value."""


async def receive(request: web.Request) -> web.Response:
    """202 with what became of the events, once they are on disk."""
    edge = request.app[EDGE]
    if not edge.click_secrets:
        raise switched_off(503, "FOOTLIGHT_CLICKS_SECRET")
    body = await request.read()
    now = edge.now()
    check_standard_webhook(body, request.headers, secrets=edge.click_secrets, now=now)
    batch = read_batch(body, request.content_type if "Content-Type" in request.headers else "", now)
    new = await request.app[REPORTED](ReportedBatch(batch.clicks, now))
    duplicates = len(batch.clicks) - new
    for outcome, number in (("accepted", new), ("duplicate", duplicates), ("rejected", len(batch.rejected))):
        edge.metrics.reported_clicks.labels(outcome).inc(number)
    log.info("click events received", accepted=new, duplicates=duplicates, rejected=len(batch.rejected))
    answer = {"accepted": new, "duplicates": duplicates, "rejected": batch.rejected}
    return web.Response(status=202, body=msgspec.json.encode(answer), content_type="application/json")


@dataclass(frozen=True, slots=True)
class ReportedBatch:
    """The events of one request."""

    clicks: tuple[ReportedClick, ...]
    at: datetime


Reported = Gathering[ReportedBatch, int]
REPORTED: Final = web.AppKey("reported clicks", Reported)


def reported_clicks(edge: Edge) -> Reported:
    """
    The gate for batches.

    Two processes may make the same address or campaign at once; the gate then tries the loser again.
    """

    def keep(session: Session, batches: Sequence[ReportedBatch]) -> list[int]:
        return [keep_clicks(session, one.clicks, tracker=_tracker(edge), now=one.at) for one in batches]

    return edge.store.gather(keep)


def _tracker(edge: Edge) -> Tracker:
    if edge.tracker is None:
        raise Problem(503, "no tracking", "Nothing can be kept: the key of the opt-outs cannot be opened.")
    return edge.tracker


def read_batch(body: bytes, content_type: str, now: datetime) -> ReadBatch:
    """
    Read one event, a JSON array of events, or one event a line.

    Raises:
        Problem: 415 for another content type, 413 for more than 1,000 events, 400 if no event at all was found.
    """
    items = _split(body, content_type)
    if len(items) > MOST_EVENTS:
        raise too_large(f"{MOST_EVENTS:,} events")
    events = [_read_item(item) for item in items]
    if items and not any(isinstance(event, dict) for event in events):
        raise malformed("No event in it could be read: send a JSON object, an array of them, or one per line.")
    clicks, rejected = [], []
    for index, event in enumerate(events):
        try:
            clicks.append(read_click(event, now))
        except Rejected as error:
            rejected.append(Rejection(index, str(error)))
    return ReadBatch(tuple(clicks), tuple(rejected))


def _split(body: bytes, content_type: str) -> Sequence[bytes | msgspec.Raw]:
    if content_type in ("application/x-ndjson", "application/ndjson"):
        return [line for line in body.splitlines() if line.strip()] or [body]
    if content_type != "application/json":
        raise Problem(415, "wrong type", "Send application/json, or application/x-ndjson with one event a line.")
    if not body.lstrip().startswith(b"["):
        return [body]
    try:
        return split_array(body)
    except Unreadable as error:
        raise malformed(f"The body cannot be read: {error}.") from error


def _read_item(item: bytes | msgspec.Raw) -> Any:
    try:
        return read_json(item)
    except Unreadable:
        return None


def read_click(event: Any, now: datetime) -> ReportedClick:
    """
    Raises:
        Rejected
    """
    if not isinstance(event, dict):
        raise Rejected("it is no JSON object")
    _refuse_other_links(event)
    return ReportedClick(
        id=_required(event, "id", LONGEST_ID),
        at=_moment(_required(event, "occurred_at", 100), now),
        recipient=_address(event, "recipient", _required(event, "recipient", LONGEST_ID)),
        campaign=_required({"campaign": _as_text(event.get("campaign"))}, "campaign", LONGEST_CAMPAIGN),
        sender=_address(event, "sender", sender) if (sender := _optional(event, "sender")) else None,
        user_agent=_optional(event, "user_agent"),
    )


def _as_text(value: Any) -> Any:
    """A campaign's id may come as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _required(event: Mapping[str, Any], field: str, longest: int) -> str:
    text = (_optional(event, field) or "").strip()
    if not text:
        raise Rejected(f"{field} is missing")
    if len(text) > longest:
        raise Rejected(f"{field} is longer than {longest} characters")
    return text


def _optional(event: Mapping[str, Any], field: str) -> str | None:
    value = event.get(field)
    if value is not None and not isinstance(value, str):
        raise Rejected(f"{field} is no text")
    return clean(value, len(value)) if value else None


def _moment(text: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Rejected("occurred_at is no ISO 8601 time") from error
    if moment.utcoffset() is None:
        raise Rejected("occurred_at has no offset from UTC: end it with Z or +01:00")
    if moment < EARLIEST:
        raise Rejected("occurred_at lies before 1970")
    if moment > now + CLOCKS_MAY_DIFFER:
        raise Rejected("occurred_at lies more than a day in the future")
    return moment


def _address(event: Mapping[str, Any], field: str, text: str) -> str:
    try:
        return normalise(text)
    except NotAnAddress as error:
        raise Rejected(f"{field} is no e-mail address: {error}") from error


def _refuse_other_links(event: Mapping[str, Any]) -> None:
    url = _optional(event, "url")
    if url is None:
        return
    try:
        normalise_url(url)
    except NotAWebAddress as error:
        raise Rejected("url is no http(s) address") from error
