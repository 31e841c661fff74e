"""*Show all* under a digest: everything that it told, as it is now, in pages."""

from typing import Final

from bot.blocks.digest_message import MOST_TOLD, digest_page
from bot.press import Press
from storage import Session, digests, feed, leads
from storage.feed import ActivityCard
from storage.leads import LeadCard
from storage.subscriptions import Topic

LONGEST_SKIP: Final = 7


async def show_all(press: Press) -> None:
    """The first page beside the digest, the others in the place of the one before."""
    ts, _, skipped = press.value.rpartition(" ")
    skip = int(skipped) if skipped.isascii() and skipped.isdecimal() and len(skipped) < LONGEST_SKIP else 0
    channel = press.visit.kept(press.place.channel)
    cards, total = await press.desk.store.read(_page, channel, ts or press.place.ts, skip)
    shown = digest_page(cards, ts or press.place.ts, press.visit.reader, total=total, skipped=skip)
    await press.place.answer(shown, press.client)


def _page(session: Session, channel: str, ts: str, skip: int) -> tuple[tuple[LeadCard | ActivityCard, ...], int]:
    topic, entries = digests.topic_of(session, channel, ts), digests.told_in(session, channel, ts)
    ids = [entry.subject for entry in entries[skip : skip + MOST_TOLD]]
    return leads.of_ids(session, ids) if topic is Topic.LEADS else feed.of_ids(session, ids), len(entries)
