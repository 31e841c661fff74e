"""Pasted links to contacts in HubSpot unfurl into their cards, for full members, where nobody else reads along."""

import re
from collections.abc import Mapping
from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.contact_message import contact_card
from bot.blocks.elements import Block
from bot.blocks.reader import Reader
from bot.blocks.share_modal import for_many
from bot.desk import Desk
from bot.permissions import Right, refusal
from bot.share import card_for_channel
from bot.slack_errors import error_code, is_passing
from bot.texts import Texts
from decisions.slack_ids import kept, workspace_of
from storage import Session, portal
from storage.contact_card import ContactCard
from storage.contacts import contact_ids
from storage.opt_outs import Hasher

log = structlog.get_logger()

# HubSpot's page of a contact, by its old and its present address; each of HubSpot's regions has a host of its own.
_CONTACT: Final = re.compile(
    r"https://app(?:-[a-z]{2}\d)?\.hubspot\.com/contacts/(\d{1,20})/(?:record/0-1|contact)/(\d{1,20})(?:[/?#].*)?"
)
MOST_LINKS: Final = 5


async def shared(event: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, desk: Desk) -> None:
    """
    Somebody posted links of HubSpot's. What is no contact of ours stays a link, and nobody is told why.

    While a message is being written Slack names no channel, so that nobody could say who would read along.
    """
    channel, ts = event.get("channel"), event.get("message_ts")
    if event.get("source") == "composer" or not isinstance(channel, str) or not isinstance(ts, str):
        return
    person = await desk.person(context)
    if refusal(person, Right.SEE):
        return
    urls = _urls(event.get("links"))
    there = kept(workspace_of(person.user_id), channel)
    cards = await desk.store.read(_cards, urls, there, desk.hasher) if urls else {}
    if not cards:
        return
    reader = Reader(Texts(person.language))
    unfurls = {url: {"blocks": _blocks(card, reader)} for url, card in cards.items()}
    try:
        if await _is_ours_alone(client, channel):
            await client.chat_unfurl(channel=channel, ts=ts, unfurls=unfurls)
    except (SlackApiError, OSError, TimeoutError) as error:
        if is_passing(error) and context.get("comes_again"):
            raise
        because = error_code(error) if isinstance(error, SlackApiError) else type(error).__name__
        log.info("a link was not unfurled", because=because)


def _urls(links: object) -> list[str]:
    told = links if isinstance(links, list) else []
    urls = (str(link.get("url")) for link in told[: 4 * MOST_LINKS] if isinstance(link, dict))
    return [url for url in urls if contact_of(url)][:MOST_LINKS]


def contact_of(url: str) -> tuple[str, str] | None:
    """The ids of portal and contact that a link to HubSpot names."""
    found = _CONTACT.fullmatch(url)
    return (found[1], found[2]) if found else None


async def _is_ours_alone(client: AsyncWebClient, channel: str) -> bool:
    """Whether no other organisation reads a conversation; what Slack does not describe to us may be anybody's."""
    told: Mapping[str, Any] = (await client.conversations_info(channel=channel))["channel"]
    return not (told.get("is_ext_shared") or told.get("is_pending_ext_shared"))


def _cards(session: Session, urls: list[str], channel: str, hasher: Hasher) -> dict[str, ContactCard]:
    """The cards of those that are contacts of our portal and that we hold, by their links."""
    home = portal.present(session)
    named = {url: ids for url in urls if (ids := contact_of(url))}
    ours = {url: hubspot_id for url, (portal_id, hubspot_id) in named.items() if home and portal_id == home.portal_id}
    held = contact_ids(session, ours.values())
    found = {
        url: card_for_channel(session, held[hubspot_id], channel, hasher)
        for url, hubspot_id in ours.items()
        if hubspot_id in held
    }
    return {url: card for url, card in found.items() if card is not None}


def _blocks(card: ContactCard, reader: Reader) -> list[Block]:
    return for_many(contact_card(card, reader))
