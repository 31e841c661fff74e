"""The bot: THE table of conversations, and the Bolt app that holds them."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import (
    account,
    brief,
    campaign,
    campaign_who,
    channels,
    clicks,
    contact,
    digest_list,
    feed,
    follow,
    home,
    lead,
    lead_work,
    mentions,
    messages,
    opt_out,
    opt_out_anyone,
    opt_outs_waiting,
    setup,
    setup_channels,
    setup_counting,
    setup_lists,
    share,
    unfurl,
)
from bot.blocks.account_message import MORE_PEOPLE, SHOW_ACCOUNT
from bot.blocks.campaign_editor import CAMPAIGN_SUBMITTED
from bot.blocks.campaign_list import CAMPAIGN_MENU, MORE_CAMPAIGNS, NEW_CAMPAIGN
from bot.blocks.channel_greeting import CHANGE_CHANNEL
from bot.blocks.channel_modals import ADD_CHANNEL, CHANNEL_MENU, CHANNEL_SAVED
from bot.blocks.click_pages import TURN_CLICKS
from bot.blocks.contact_message import ASK_OPT_OUT, OPEN_LINK, SHARE, SHOW_CLICKS
from bot.blocks.counting_modals import COUNTED_GROUPS, COUNTING_CHOSEN, COUNTING_CONFIRMED
from bot.blocks.digest_message import SHOW_ALL
from bot.blocks.elements import Message, section
from bot.blocks.follow_message import FOLLOW, FOLLOW_CHOSEN, STOP_FOLLOWING
from bot.blocks.home_view import HOME_CLAIM, HOME_SHOW, HOME_STOP_FOLLOWING
from bot.blocks.hubspot_search import SEARCH_HUBSPOT
from bot.blocks.lead_message import ADD_LEAD, FIRST_LEADS, GIVE_REASON, MORE_LEADS, MORE_OF_LEAD
from bot.blocks.lead_modals import LEAD_HANDED_OVER, LEAD_SNOOZED, REASON_GIVEN
from bot.blocks.lists_modal import LISTS, LISTS_CHOSEN
from bot.blocks.opt_out_anyone import ANYONE_NAMED, DOMAIN_CONFIRMED, OPT_OUT_ANYONE
from bot.blocks.opt_out_modal import OPT_OUT_CONFIRMED
from bot.blocks.opt_outs_waiting import ACCEPT_OPT_OUTS, REFUSE_OPT_OUTS
from bot.blocks.owners_modal import OWNER, OWNER_MATCHED
from bot.blocks.people_modal import PEOPLE_CHOSEN
from bot.blocks.search_results import SHOW_PERSON, SHOW_WHAT_THEY_SEE
from bot.blocks.setup_checklist import (
    CHOOSE_CHANNELS,
    CHOOSE_COUNTING,
    CHOOSE_LISTS,
    CHOOSE_PEOPLE,
    LOOK_AGAIN,
    MATCH_OWNERS,
)
from bot.blocks.share_modal import CARD_SHARED
from bot.desk import Desk, Refused, say, say_in_channel
from bot.dispatch import SLACK_SILENT, Dispatch
from bot.help import footlight
from bot.homes import Homes
from bot.installations import Authorize
from bot.modal import searched, validated
from bot.permissions import Right
from bot.press import Listener, place_of, pressed, submitted
from bot.slack_errors import error_code, is_passing
from bot.texts import Texts
from storage import Busy, StoreDown, dead_letters

log = structlog.get_logger()


class Kind(StrEnum):
    """By what a conversation begins or goes on; the values are Bolt's names for it."""

    COMMAND = "command"
    EVENT = "event"
    SHORTCUT = "shortcut"
    ACTION = "action"
    OPTIONS = "options"
    VIEW = "view"


@dataclass(frozen=True, slots=True)
class Conversation:
    """Something that people do in Slack, by Slack's name for it, and what answers."""

    kind: Kind
    name: str
    listener: Listener
    what_for: str


async def acknowledged(ack: AsyncAck) -> None:
    """A button that is a link: Slack still asks for an acknowledgement."""
    await ack()


WORDS: Final = {
    "contact": contact.answer_command,
    "account": account.answer_command,
    "leads": lead.answer_command,
    "feed": feed.answer_command,
    "campaigns": campaign.answer_command,
    "who": campaign_who.answer_command,
    "brief": brief.answer_command,
    "follow": follow.answer_command,
    "following": follow.answer_list,
    "setup": setup.answer_command,
    "mentions": mentions.answer_command,
    "optout": opt_out_anyone.answer_command,
}

CONVERSATIONS: Final = (
    Conversation(Kind.COMMAND, "/contact", contact.command, "shows a person, or a short list"),
    Conversation(Kind.COMMAND, "/account", account.command, "shows an account's people and their trend"),
    Conversation(Kind.COMMAND, "/leads", lead.command, "lists leads, each with its buttons"),
    Conversation(Kind.COMMAND, "/feed", feed.command, "lists the latest activity"),
    Conversation(Kind.COMMAND, "/footlight", footlight(WORDS), "help, and the other commands under our own name"),
    Conversation(Kind.EVENT, "app_mention", contact.message, "looks up what the mention says"),
    Conversation(Kind.EVENT, "message", messages.heard, "keeps notes on leads; looks up what a direct message says"),
    Conversation(Kind.EVENT, "member_joined_channel", channels.joined, "resumes a channel that we are invited to"),
    Conversation(Kind.EVENT, "channel_unarchive", channels.unarchived, "resumes a channel"),
    Conversation(Kind.EVENT, "group_unarchive", channels.unarchived, "resumes a private channel"),
    Conversation(Kind.EVENT, "app_uninstalled", channels.gone, "ends or pauses a workspace"),
    Conversation(Kind.EVENT, "tokens_revoked", channels.gone, "ends or pauses a workspace"),
    Conversation(Kind.EVENT, "link_shared", unfurl.shared, "unfurls pasted links to contacts in HubSpot"),
    Conversation(Kind.EVENT, "app_home_opened", home.opened, "shows somebody their Home"),
    Conversation(Kind.ACTION, HOME_CLAIM, pressed(Right.WORK, home.claim), "claims a lead in the Home"),
    Conversation(Kind.ACTION, HOME_SHOW, pressed(Right.SEE, home.show), "shows a person of the Home"),
    Conversation(
        Kind.ACTION, HOME_STOP_FOLLOWING, pressed(Right.SEE, follow.stop_in_home), "ends a follow in the Home"
    ),
    Conversation(Kind.ACTION, FOLLOW, pressed(Right.SEE, follow.ask), "asks whom exactly, and for how long"),
    Conversation(Kind.VIEW, FOLLOW_CHOSEN, submitted(Right.SEE, follow.chosen), "follows a person or an account"),
    Conversation(Kind.ACTION, SHOW_CLICKS, pressed(Right.SEE, clicks.show), "shows all clicks of somebody, and why"),
    *(
        Conversation(
            Kind.ACTION, f"{TURN_CLICKS}_{place}", pressed(Right.SEE, clicks.turn), "turns to newer or older clicks"
        )
        for place in range(2)
    ),
    Conversation(Kind.ACTION, SHARE, pressed(Right.SEE, share.ask), "asks in which channel a card is shared"),
    Conversation(Kind.VIEW, CARD_SHARED, validated(Right.SEE, share.chosen), "posts a card in a channel"),
    Conversation(Kind.ACTION, STOP_FOLLOWING, pressed(Right.SEE, follow.stop), "follows no longer"),
    Conversation(Kind.SHORTCUT, "look_up", contact.shortcut, "looks up the addresses in a message"),
    Conversation(Kind.ACTION, SHOW_PERSON, pressed(Right.SEE, contact.show), "shows one of a list"),
    Conversation(Kind.ACTION, SHOW_ACCOUNT, pressed(Right.SEE, account.show), "shows one of several accounts"),
    Conversation(Kind.ACTION, MORE_PEOPLE, pressed(Right.SEE, account.more), "shows further people of an account"),
    Conversation(Kind.ACTION, SHOW_WHAT_THEY_SEE, pressed(Right.SEE, campaign_who.show), "tells who sees what"),
    Conversation(Kind.ACTION, SEARCH_HUBSPOT, pressed(Right.SEE, contact.search_hubspot), "asks HubSpot for someone"),
    Conversation(Kind.ACTION, SHOW_ALL, pressed(Right.SEE, digest_list.show_all), "shows all that a digest told"),
    Conversation(Kind.ACTION, OPEN_LINK, acknowledged, "opens HubSpot"),
    *(
        Conversation(Kind.ACTION, name, pressed(Right.WORK, move), "claims, releases, dismisses a lead")
        for name, move in lead.MOVES.items()
    ),
    Conversation(Kind.ACTION, FIRST_LEADS, pressed(Right.SEE, lead.more), "shows the first leads again"),
    Conversation(Kind.ACTION, MORE_LEADS, pressed(Right.SEE, lead.more), "shows further leads"),
    Conversation(Kind.ACTION, MORE_OF_LEAD, pressed(Right.WORK, lead_work.more), "asks until when, or to whom"),
    Conversation(Kind.ACTION, GIVE_REASON, pressed(Right.WORK, lead_work.ask_why), "asks why it was dismissed"),
    Conversation(Kind.VIEW, LEAD_HANDED_OVER, submitted(Right.WORK, lead_work.handed_over), "hands a lead over"),
    Conversation(Kind.VIEW, LEAD_SNOOZED, submitted(Right.WORK, lead_work.snoozed), "snoozes a lead"),
    Conversation(Kind.VIEW, REASON_GIVEN, submitted(Right.WORK, lead_work.reason_given), "keeps the reason"),
    Conversation(Kind.ACTION, ADD_LEAD, pressed(Right.DECIDE, lead.add_to_hubspot), "lets HubSpot have a lead"),
    Conversation(Kind.ACTION, ASK_OPT_OUT, pressed(Right.DECIDE, opt_out.ask), "asks before an opt-out"),
    Conversation(
        Kind.ACTION,
        OPT_OUT_ANYONE,
        pressed(Right.DECIDE, opt_out_anyone.begin),
        "asks which address or domain to opt out",
    ),
    Conversation(
        Kind.VIEW,
        ANYONE_NAMED,
        validated(Right.DECIDE, opt_out_anyone.named),
        "opts an address out, or asks about a domain",
    ),
    Conversation(
        Kind.VIEW, DOMAIN_CONFIRMED, validated(Right.DECIDE, opt_out_anyone.domain_confirmed), "opts a domain out"
    ),
    Conversation(Kind.ACTION, NEW_CAMPAIGN, pressed(Right.DECIDE, campaign.begin), "opens the modal of a new campaign"),
    Conversation(Kind.ACTION, CAMPAIGN_MENU, pressed(Right.DECIDE, campaign.choose), "changes a campaign"),
    Conversation(Kind.ACTION, MORE_CAMPAIGNS, pressed(Right.SEE, campaign.more), "shows further campaigns"),
    Conversation(Kind.ACTION, LOOK_AGAIN, pressed(Right.DECIDE, setup.look_again), "shows the checklist as it is now"),
    Conversation(Kind.ACTION, CHOOSE_PEOPLE, pressed(Right.DECIDE, setup.choose_people), "asks who else may decide"),
    Conversation(Kind.VIEW, PEOPLE_CHOSEN, validated(Right.DECIDE, setup.people_chosen), "keeps who else may decide"),
    Conversation(Kind.ACTION, MATCH_OWNERS, pressed(Right.DECIDE, mentions.ask_who_is_whom), "asks who an owner is"),
    Conversation(Kind.OPTIONS, OWNER, searched(Right.DECIDE, mentions.suggest), "finds HubSpot owners"),
    Conversation(Kind.VIEW, OWNER_MATCHED, submitted(Right.DECIDE, mentions.owner_matched), "keeps who an owner is"),
    Conversation(
        Kind.ACTION,
        CHOOSE_LISTS,
        pressed(Right.DECIDE, setup_lists.choose),
        "asks which HubSpot lists become target groups",
    ),
    Conversation(Kind.OPTIONS, LISTS, searched(Right.DECIDE, setup_lists.suggest), "finds HubSpot lists"),
    Conversation(Kind.VIEW, LISTS_CHOSEN, validated(Right.DECIDE, setup_lists.chosen), "imports HubSpot lists"),
    Conversation(
        Kind.ACTION, CHOOSE_COUNTING, pressed(Right.DECIDE, setup_counting.choose), "asks whom to count only in groups"
    ),
    Conversation(Kind.OPTIONS, COUNTED_GROUPS, searched(Right.DECIDE, setup_counting.suggest), "finds target groups"),
    Conversation(
        Kind.VIEW, COUNTING_CHOSEN, validated(Right.DECIDE, setup_counting.chosen), "asks before past events are folded"
    ),
    Conversation(
        Kind.VIEW,
        COUNTING_CONFIRMED,
        validated(Right.DECIDE, setup_counting.confirmed),
        "counts members only in groups",
    ),
    Conversation(
        Kind.ACTION,
        CHOOSE_CHANNELS,
        pressed(Right.DECIDE, setup_channels.open_list),
        "lists the channels that are told something",
    ),
    *(
        Conversation(
            Kind.ACTION, name, pressed(Right.DECIDE, setup_channels.add), "asks what a further channel is told"
        )
        for name in ADD_CHANNEL.values()
    ),
    Conversation(
        Kind.ACTION, CHANNEL_MENU, pressed(Right.DECIDE, setup_channels.menu), "changes a channel, or takes it back"
    ),
    Conversation(
        Kind.ACTION, CHANGE_CHANNEL, pressed(Right.DECIDE, setup_channels.change), "asks what this channel is told"
    ),
    *(
        Conversation(Kind.OPTIONS, name, searched(Right.DECIDE, find), "finds campaigns, groups, owners, time zones")
        for name, find in setup_channels.SUGGESTED.items()
    ),
    Conversation(
        Kind.VIEW, CHANNEL_SAVED, validated(Right.DECIDE, setup_channels.saved), "keeps what a channel is told"
    ),
    Conversation(Kind.VIEW, CAMPAIGN_SUBMITTED, validated(Right.DECIDE, campaign.submitted), "keeps a campaign"),
    Conversation(Kind.ACTION, ACCEPT_OPT_OUTS, pressed(Right.DECIDE, opt_outs_waiting.accept), "opts many out"),
    Conversation(Kind.ACTION, REFUSE_OPT_OUTS, pressed(Right.DECIDE, opt_outs_waiting.refuse), "opts nobody out"),
    Conversation(Kind.VIEW, OPT_OUT_CONFIRMED, submitted(Right.DECIDE, opt_out.confirmed), "opts out"),
)


def make_bot(desk: Desk, client: AsyncWebClient, homes: Homes, *, authorize: Authorize | None = None) -> Dispatch:
    """
    The bot, ready to be given requests.

    Args:
        client: for answers, with the bot token; its base URL is Slack's, or that of whoever speaks like it.
        authorize: by whose token each request is answered; None: by the client's.
    """
    # The client's token wins over what Bolt finds in the environment. Proofs are checked before Bolt is asked.
    with _no_oauth_of_bolts_own():
        app = AsyncApp(
            name="footlight",  # Bolt would look for one in the whole stack, which takes 20 to 50 ms
            signing_secret="",
            client=client,
            authorize=authorize,
            user_facing_authorize_error_message=Texts(desk.language).plain("not_installed_here"),
            process_before_response=True,
            request_verification_enabled=False,
            ssl_check_enabled=False,
            url_verification_enabled=False,
        )
    app.error(_tell_of_error)
    for one in CONVERSATIONS:
        getattr(app, one.kind)(one.name)(one.listener)
    anything = re.compile(".*", re.DOTALL)
    for kind in Kind:
        getattr(app, kind)(anything)(unhandled)
    app.view_closed(anything)(unhandled)
    return Dispatch(app, {"desk": desk, "homes": homes})


@contextmanager
def _no_oauth_of_bolts_own() -> Iterator[None]:
    """Where Bolt finds these, it drops the client's token and keeps installations in files."""
    found = {name: os.environ.pop(name) for name in _BOLTS_OWN if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(found)


_BOLTS_OWN: Final = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")


async def unhandled(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    """What nobody handles is acknowledged: a 404 would be repeated, and counts towards being switched off."""
    await ack()
    kind = _name_of(body)
    log.info("something that no conversation handles", kind=kind)
    await desk.store.write(dead_letters.count_unknown, "slack", [kind], now=desk.now())


def _name_of(body: dict[str, Any]) -> str:
    """Type and name, which come from the app's own definitions or from Slack, and never hold what people wrote."""
    if event := body.get("event"):
        return f"event {event['type'][:80]}"
    named = body.get("callback_id") or body.get("command") or (body.get("actions") or [{}])[0].get("action_id")
    return f"{str(body.get('type', 'command'))[:80]} {str(named or (body.get('view') or {}).get('callback_id'))[:80]}"


async def _tell_of_error(
    error: Exception,
    body: dict[str, Any],
    client: AsyncWebClient,
    context: AsyncBoltContext,
    respond: AsyncRespond,
    desk: Desk,
) -> BoltResponse:
    """The one place where a conversation's failure becomes words for whoever began it."""
    key = _words_for(error)
    # An event that failed for a reason of ours stays unanswered, and is tried again at the next start.
    status = _STATUS.get(key, 200) if "event" in body else 200
    if key in _STATUS:
        # The message of an error may hold what was sent; its kind and Slack's code do not.
        code = error_code(error) if isinstance(error, SlackApiError) else ""
        log.error("a conversation failed", error=type(error).__name__, code=code, what=_name_of(body))
    if status == SLACK_SILENT and context.get("comes_again"):
        return BoltResponse(status=status, body="")
    texts = Texts(error.person.language if isinstance(error, Refused) else await _language(desk, context))
    told = texts(key)
    try:
        await _tell(body, client, respond, Message(told, [section([told])]), texts)
    except (SlackApiError, OSError, TimeoutError) as trouble:
        log.warning("nobody could be told of a failure", error=type(trouble).__name__)
    return BoltResponse(status=status, body="")


_STATUS: Final = {"something_failed": 500, "slack_silent": SLACK_SILENT}


def _words_for(error: Exception) -> str:
    if isinstance(error, Refused):
        return error.because
    if isinstance(error, StoreDown | Busy):
        return "store_down"
    return "slack_silent" if is_passing(error) else "something_failed"


async def _language(desk: Desk, context: AsyncBoltContext) -> str:
    if context.authorize_result is None:  # it is Slack itself that does not answer
        return desk.language
    try:
        return (await desk.person(context)).language
    except (SlackApiError, OSError, TimeoutError):
        return desk.language


async def _tell(
    body: dict[str, Any], client: AsyncWebClient, respond: AsyncRespond, message: Message, texts: Texts
) -> None:
    if body.get("event"):
        await say_in_channel(client, body["event"], message, texts)
    elif respond.response_url:
        await say(respond, message)
    elif "view" in body:
        place = place_of(body["view"])
        if place is not None:
            await place.say(message)
