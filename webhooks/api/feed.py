"""The performance feed by the API."""

from storage import Session, feed_pages
from storage.feed_pages import FeedEntry, FeedPage
from storage.opt_outs import Hasher
from webhooks.api import shapes
from webhooks.api.people import accounts_of, campaign_clicks, cursor, next_cursor
from webhooks.api.serving import Call
from webhooks.api.shapes import given


async def page(call: Call[shapes.FeedAsked]) -> shapes.FeedPage:
    """A page of the feed."""
    found = await call.store.read(_page, call.asked, call.hasher)
    return shapes.FeedPage([_activity(entry, call) for entry in found.entries], next_cursor(found.next_before))


def _page(session: Session, asked: shapes.FeedAsked, hasher: Hasher) -> FeedPage:
    owner = given(asked.owner)
    wanted = feed_pages.FeedAsked(
        account_ids=accounts_of(session, given(asked.account)),
        contact_id=given(asked.contact),
        campaign_id=given(asked.campaign),
        owner_ids=[owner] if owner else None,
        kind=given(asked.kind),
        since=given(asked.since),
        until=given(asked.until),
    )
    return feed_pages.page(session, wanted, asked.limit, before=cursor(given(asked.cursor)), hasher=hasher)


def _activity(entry: FeedEntry, call: Call[shapes.FeedAsked]) -> shapes.Activity:
    card = entry.card
    return shapes.Activity(
        id=card.id,
        kind=entry.kind,
        contact=card.contact_id,
        email=call.shown(card.email),
        name=card.name,
        company=card.company,
        account=card.account,
        owner=card.owner,
        clicks=card.clicks,
        campaigns=campaign_clicks(card.campaigns),
        sender=call.told(card.sender),
        first_at=card.first_at,
        last_at=card.last_at,
    )
