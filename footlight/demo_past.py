"""The demo's past: lists imported, campaigns made, a month of views and clicks, and what Slack heard of the last."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from footlight.hubspot import hubspot_context
from footlight.opening import Opened
from footlight.settings import Settings
from footlight.slack import open_slack
from jobs.context import Context
from jobs.hubspot.lists import search_lists
from jobs.reconcile import sync_groups
from sandbox.sample_data import CAMPAIGNS, SampleCampaign, past_activity, sample_crm
from sandbox.sample_data import workspace as sample
from storage import Session, Store, delivery, subscriptions, target_groups
from storage.banner_files import keep_file
from storage.campaign_changes import NewCampaign, create_campaign
from storage.campaigns import CampaignsInForce
from storage.carriers import Carrier, Sent
from storage.fetch_arrived import Fetched, Tracker
from storage.subscriptions import Topic
from storage.tracking import EventKind
from webhooks.tokens import new_mail_id

TOLD_CLICKS: Final = 14
"""Of so many clicks, the last ones, Slack has heard."""
LEASE: Final = timedelta(minutes=1)
AT_ONCE: Final = 50


class Clock:
    """The time of Slack and of the page: the present, or the moment of the past that is lived through."""

    def __init__(self) -> None:
        self.past: datetime | None = None

    def __call__(self) -> datetime:
        """Aware."""
        return self.past or datetime.now(UTC)

    def seconds(self) -> float:
        """Since 1970."""
        return self().timestamp()


async def live_the_past(settings: Settings, opened: Opened, clock: Clock, page_url: str) -> None:
    """
    As if Footlight had run for a month; afterwards `clock` is at the present again.

    Args:
        page_url: where the campaigns lead.
    """
    now = clock()
    await _import_lists(hubspot_context(settings, opened))
    for campaign in CAMPAIGNS:
        await opened.store.write(_create_campaign, campaign, page_url, now=now)
    tracker = Tracker(CampaignsInForce(), opened.known_hasher)
    zone = ZoneInfo(settings.footlight_timezone or "UTC")
    untold, *told = _between_clicks(_fetched(past_activity(sample_crm(now), now.astimezone(zone))))
    await _keep(opened.store, tracker, untold)
    for topic, channel in ((Topic.LEADS, sample.LEADS), (Topic.FEED, sample.FEED)):
        await opened.store.write(subscriptions.subscribe, topic, channel, now=now)
    slack = open_slack(settings, opened, now=clock)
    assert slack is not None
    for fetched in told:
        await _keep(opened.store, tracker, fetched)
        clock.past = fetched[-1].at
        await _deliver(opened.store, slack.carrier, fetched[-1].at)
    clock.past = None
    await slack.close()


async def _import_lists(context: Context) -> None:
    await context.check_portal()
    for found in await context.ask(lambda: search_lists(context.hubspot, now=context.now())):
        await context.store.write(target_groups.import_list, found, now=context.now())
    await sync_groups(context)


def _create_campaign(session: Session, told: SampleCampaign, page_url: str, *, now: datetime) -> None:
    parts, starts_at = urlsplit(told.target_url), told.starts_at(now)
    query = f"?{parts.query}" if parts.query else ""
    new = NewCampaign(
        name=told.name,
        target_url=f"{page_url}/landing/{parts.hostname}{parts.path}{query}",
        banner_digest=keep_file(session, told.picture.read_bytes()),
        alt=told.alt,
        groups=told.groups,
        accounts=told.accounts,
        priority=told.priority,
        starts_at=starts_at,
        ends_at=told.ends_at(now),
        is_default=told.is_default,
    )
    create_campaign(session, new, now=starts_at or now)


def _fetched(events: Iterable[dict[str, Any]]) -> list[Fetched]:
    mails: dict[tuple[str, str], str] = {}
    return [
        Fetched(
            kind=EventKind.VIEW if event["kind"] == "view" else EventKind.CLICK,
            at=event["occurred_at"].astimezone(UTC),
            mail_id=mails.setdefault((event["sender"], event["recipient"]), new_mail_id(event["occurred_at"])),
            sender=event["sender"],
            recipient=event["recipient"],
            user_agent=event["user_agent"],
        )
        for event in events
    ]


def _between_clicks(fetched: Sequence[Fetched]) -> Iterator[Sequence[Fetched]]:
    """All before the clicks that Slack has heard of; then each of these, with what was viewed before it."""
    clicks = [place for place, one in enumerate(fetched) if one.kind is EventKind.CLICK][-TOLD_CLICKS:]
    ends = [clicks[0], *(place + 1 for place in clicks)]
    yield fetched[: ends[0]]
    for begin, end in pairwise(ends):
        yield fetched[begin:end]


async def _keep(store: Store, tracker: Tracker, fetched: Sequence[Fetched]) -> None:
    for place in range(0, len(fetched), AT_ONCE):
        await store.write(tracker.keep, fetched[place : place + AT_ONCE])


async def _deliver(store: Store, carrier: Carrier, at: datetime) -> None:
    """Bring Slack what is owed at that moment; there is nobody yet who could be in the way."""
    for destination in await store.read(delivery.ready, now=at):
        while item := await store.write(delivery.claim, destination, now=at, lease=LEASE):
            sent = await carrier.send(item)
            assert isinstance(sent, Sent), sent
            await store.write(delivery.sent, item, free_at=at, keep=sent.keep)
