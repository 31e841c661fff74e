"""THE table of conversations: what people do in Slack, the right that it takes, and what answers."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from slack_bolt.async_app import AsyncAck

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
    setup_groups,
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
from bot.blocks.contact_message import ASK_OPT_OUT, FOLLOW, OPEN_LINK, SHARE, SHOW_CLICKS
from bot.blocks.counting_modals import COUNTED_GROUPS, COUNTING_CHOSEN, COUNTING_CONFIRMED
from bot.blocks.digest_message import SHOW_ALL
from bot.blocks.elements import Block
from bot.blocks.follow_message import FOLLOW_CHOSEN, STOP_FOLLOWING
from bot.blocks.groups_modals import (
    DELETION_ASKED,
    DELETION_CONFIRMED,
    GROUP_MADE,
    GROUP_MENU,
    GROUP_RENAMED,
    MEMBERS_ADDED,
    MEMBERS_TAKEN_OUT,
    NEW_GROUP,
)
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
    CHOOSE_GROUPS,
    CHOOSE_LISTS,
    CHOOSE_PEOPLE,
    LOOK_AGAIN,
    MATCH_OWNERS,
)
from bot.blocks.share_modal import CARD_SHARED
from bot.command import Command, typed
from bot.help import footlight
from bot.modal import Search, Submission, searched, validated
from bot.permissions import Right
from bot.press import Listener, Work, pressed, submitted


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


def _command(name: str, command: Command, what_for: str) -> Conversation:
    return Conversation(Kind.COMMAND, name, typed(command), what_for)


def _button(name: str, right: Right, work: Work, what_for: str) -> Conversation:
    return Conversation(Kind.ACTION, name, pressed(right, work), what_for)


def _modal(name: str, right: Right, work: Work, what_for: str) -> Conversation:
    """A modal that closes whatever was answered."""
    return Conversation(Kind.VIEW, name, submitted(right, work), what_for)


def _form(name: str, right: Right, work: Callable[[Submission], Awaitable[None]], what_for: str) -> Conversation:
    """A modal that says at a question what is wrong with its answer."""
    return Conversation(Kind.VIEW, name, validated(right, work), what_for)


def _search(name: str, right: Right, find: Callable[[Search], Awaitable[Sequence[Block]]], what: str) -> Conversation:
    return Conversation(Kind.OPTIONS, name, searched(right, find), what)


WORDS: Final = {
    "contact": Command(Right.SEE, contact.answer),
    "account": Command(Right.SEE, account.answer),
    "leads": Command(Right.SEE, lead.answer),
    "feed": Command(Right.SEE, feed.answer),
    "campaigns": Command(Right.SEE, campaign.answer),
    "who": Command(Right.SEE, campaign_who.answer),
    "brief": Command(Right.SEE, brief.answer),
    "follow": Command(Right.SEE, follow.answer),
    "following": Command(Right.SEE, follow.answer_list),
    "setup": Command(Right.DECIDE, setup.answer),
    "groups": Command(Right.DECIDE, setup_groups.answer),
    "mentions": Command(Right.SEE, mentions.answer),
    "optout": Command(Right.DECIDE, opt_out_anyone.answer),
}

CONVERSATIONS: Final = (
    _command("/contact", WORDS["contact"], "shows a person, or a short list"),
    _command("/account", WORDS["account"], "shows an account's people and their trend"),
    _command("/leads", WORDS["leads"], "lists leads, each with its buttons"),
    _command("/feed", WORDS["feed"], "lists the latest activity"),
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
    _button(HOME_CLAIM, Right.WORK, home.claim, "claims a lead in the Home"),
    _button(HOME_SHOW, Right.SEE, home.show, "shows a person of the Home"),
    _button(HOME_STOP_FOLLOWING, Right.SEE, follow.stop_in_home, "ends a follow in the Home"),
    _button(FOLLOW, Right.SEE, follow.ask, "asks whom exactly, and for how long"),
    _modal(FOLLOW_CHOSEN, Right.SEE, follow.chosen, "follows a person or an account"),
    _button(SHOW_CLICKS, Right.SEE, clicks.show, "shows all clicks of somebody, and why"),
    *(
        _button(f"{TURN_CLICKS}_{place}", Right.SEE, clicks.turn, "turns to newer or older clicks")
        for place in range(2)
    ),
    _button(SHARE, Right.SEE, share.ask, "asks in which channel a card is shared"),
    _form(CARD_SHARED, Right.SEE, share.chosen, "posts a card in a channel"),
    _button(STOP_FOLLOWING, Right.SEE, follow.stop, "follows no longer"),
    Conversation(Kind.SHORTCUT, "look_up", contact.shortcut, "looks up the addresses in a message"),
    _button(SHOW_PERSON, Right.SEE, contact.show, "shows one of a list"),
    _button(SHOW_ACCOUNT, Right.SEE, account.show, "shows one of several accounts"),
    _button(MORE_PEOPLE, Right.SEE, account.more, "shows further people of an account"),
    _button(SHOW_WHAT_THEY_SEE, Right.SEE, campaign_who.show, "tells who sees what"),
    _button(SEARCH_HUBSPOT, Right.SEE, contact.search_hubspot, "asks HubSpot for someone"),
    _button(SHOW_ALL, Right.SEE, digest_list.show_all, "shows all that a digest told"),
    Conversation(Kind.ACTION, OPEN_LINK, acknowledged, "opens HubSpot"),
    *(_button(name, Right.WORK, move, "claims, releases, dismisses a lead") for name, move in lead.MOVES.items()),
    _button(FIRST_LEADS, Right.SEE, lead.more, "shows the first leads again"),
    _button(MORE_LEADS, Right.SEE, lead.more, "shows further leads"),
    _button(MORE_OF_LEAD, Right.WORK, lead_work.more, "asks until when, or to whom"),
    _button(GIVE_REASON, Right.WORK, lead_work.ask_why, "asks why it was dismissed"),
    _modal(LEAD_HANDED_OVER, Right.WORK, lead_work.handed_over, "hands a lead over"),
    _modal(LEAD_SNOOZED, Right.WORK, lead_work.snoozed, "snoozes a lead"),
    _modal(REASON_GIVEN, Right.WORK, lead_work.reason_given, "keeps the reason"),
    _button(ADD_LEAD, Right.DECIDE, lead.add_to_hubspot, "lets HubSpot have a lead"),
    _button(ASK_OPT_OUT, Right.DECIDE, opt_out.ask, "asks before an opt-out"),
    _button(OPT_OUT_ANYONE, Right.DECIDE, opt_out_anyone.begin, "asks which address or domain to opt out"),
    _form(ANYONE_NAMED, Right.DECIDE, opt_out_anyone.named, "opts an address out, or asks about a domain"),
    _form(DOMAIN_CONFIRMED, Right.DECIDE, opt_out_anyone.domain_confirmed, "opts a domain out"),
    _button(NEW_CAMPAIGN, Right.DECIDE, campaign.begin, "opens the modal of a new campaign"),
    _button(CAMPAIGN_MENU, Right.DECIDE, campaign.choose, "changes a campaign"),
    _button(MORE_CAMPAIGNS, Right.SEE, campaign.more, "shows further campaigns"),
    _button(LOOK_AGAIN, Right.DECIDE, setup.look_again, "shows the checklist as it is now"),
    _button(CHOOSE_PEOPLE, Right.DECIDE, setup.choose_people, "asks who else may decide"),
    _form(PEOPLE_CHOSEN, Right.DECIDE, setup.people_chosen, "keeps who else may decide"),
    _button(MATCH_OWNERS, Right.DECIDE, mentions.ask_who_is_whom, "asks who an owner is"),
    _search(OWNER, Right.DECIDE, mentions.suggest, "finds HubSpot owners"),
    _modal(OWNER_MATCHED, Right.DECIDE, mentions.owner_matched, "keeps who an owner is"),
    _button(CHOOSE_LISTS, Right.DECIDE, setup_lists.choose, "asks which HubSpot lists become target groups"),
    _search(LISTS, Right.DECIDE, setup_lists.suggest, "finds HubSpot lists"),
    _form(LISTS_CHOSEN, Right.DECIDE, setup_lists.chosen, "imports HubSpot lists"),
    _button(CHOOSE_GROUPS, Right.DECIDE, setup_groups.open_list, "lists the target groups that are kept by hand"),
    _button(NEW_GROUP, Right.DECIDE, setup_groups.begin, "asks for a new group's name and members"),
    _button(GROUP_MENU, Right.DECIDE, setup_groups.menu, "changes a target group, or asks before it is deleted"),
    _form(GROUP_MADE, Right.DECIDE, setup_groups.made, "makes a target group"),
    _form(MEMBERS_ADDED, Right.DECIDE, setup_groups.added, "puts people into a target group"),
    _form(MEMBERS_TAKEN_OUT, Right.DECIDE, setup_groups.taken_out, "takes people out of a target group"),
    _form(GROUP_RENAMED, Right.DECIDE, setup_groups.renamed, "renames a target group"),
    _form(DELETION_ASKED, Right.DECIDE, setup_groups.deletion_asked, "asks once more"),
    _form(DELETION_CONFIRMED, Right.DECIDE, setup_groups.deletion_confirmed, "deletes a target group"),
    _button(CHOOSE_COUNTING, Right.DECIDE, setup_counting.choose, "asks whom to count only in groups"),
    _search(COUNTED_GROUPS, Right.DECIDE, setup_counting.suggest, "finds target groups"),
    _form(COUNTING_CHOSEN, Right.DECIDE, setup_counting.chosen, "asks before past events are folded"),
    _form(COUNTING_CONFIRMED, Right.DECIDE, setup_counting.confirmed, "counts members only in groups"),
    _button(CHOOSE_CHANNELS, Right.DECIDE, setup_channels.open_list, "lists the channels that are told something"),
    *(
        _button(name, Right.DECIDE, setup_channels.add, "asks what a further channel is told")
        for name in ADD_CHANNEL.values()
    ),
    _button(CHANNEL_MENU, Right.DECIDE, setup_channels.menu, "changes a channel, or takes it back"),
    _button(CHANGE_CHANNEL, Right.DECIDE, setup_channels.change, "asks what this channel is told"),
    *(
        _search(name, Right.DECIDE, find, "finds campaigns, groups, owners, time zones")
        for name, find in setup_channels.SUGGESTED.items()
    ),
    _form(CHANNEL_SAVED, Right.DECIDE, setup_channels.saved, "keeps what a channel is told"),
    _form(CAMPAIGN_SUBMITTED, Right.DECIDE, campaign.submitted, "keeps a campaign"),
    _button(ACCEPT_OPT_OUTS, Right.DECIDE, opt_outs_waiting.accept, "opts many out"),
    _button(REFUSE_OPT_OUTS, Right.DECIDE, opt_outs_waiting.refuse, "opts nobody out"),
    _modal(OPT_OUT_CONFIRMED, Right.DECIDE, opt_out.confirmed, "opts out"),
)
