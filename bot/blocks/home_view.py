"""The Home: my leads, what my contacts did, this week's numbers; for admins how things stand, and the set-up."""

from collections.abc import Sequence
from typing import Any, Final

from bot.blocks.activity_message import activity_line
from bot.blocks.audit_line import audit_line
from bot.blocks.comparison_chart import comparison_chart
from bot.blocks.elements import CLAIM, Block, actions, button, context, divider, modal, section
from bot.blocks.follow_message import follow_row
from bot.blocks.group_trouble import group_trouble
from bot.blocks.lead_message import lead_lines
from bot.blocks.reader import Reader
from bot.blocks.setup_checklist import CHOOSE_CHANNELS, CHOOSE_LISTS, CHOOSE_PEOPLE
from bot.blocks.subject import Subject, SubjectKind
from bot.blocks.terms_lines import TOPICS, when_lines
from bot.blocks.text import Mrkdwn, bold, channel_mention, escape, fit, plain
from bot.slack_errors import closed_in
from storage.audit import Noted
from storage.feed import ActivityCard
from storage.follows import Followed
from storage.home_state import MOST_COUNTED, AdminState, HomeState, Week
from storage.leads import LeadCard
from storage.subscriptions import Subscribed
from storage.target_groups import GroupView

HOME_CLAIM: Final = "home_claim"
HOME_SHOW: Final = "home_show"
HOME_STOP_FOLLOWING: Final = "home_stop_following"
PERSON_SHOWN: Final = "person_shown"
LONGEST_ROW: Final = 900
LONGEST_REASON: Final = 300
MOST_GROUPS: Final = 10
MOST_CHANNELS: Final = 10
MOST_FOLLOWS: Final = 10


def home_view(state: HomeState, reader: Reader) -> dict[str, Any]:
    """What one person sees."""
    texts = reader.texts
    free = [_lead(card, reader, claims=True) for card in state.free]
    more = state.free_total - len(state.free)
    blocks = [
        _header("home_leads", reader),
        *(_lead(card, reader, claims=False) for card in state.mine),
        *([] if state.mine else [context([texts("home_none_mine")])]),
        section([texts("home_free_many" if state.free_total >= MOST_COUNTED else "home_free", n=state.free_total)]),
        *free,
        *([context([texts("digest_more_leads", n=more)])] if more > 0 else []),
        divider(),
        _header("home_activity", reader),
        *_activities(state.activities, reader),
        divider(),
        _header("home_follows", reader),
        *_follows(state.follows, reader),
        divider(),
        _header("home_week", reader),
        *_chart(state.this_week, state.last_week, reader),
        section(_numbers(state.this_week, state.last_week, reader)),
        *(_admin(state.admin, reader) if state.admin else []),
    ]
    return {"type": "home", "blocks": blocks}


def refused_home(because: Mrkdwn) -> dict[str, Any]:
    """For those who may see nothing: why."""
    return {"type": "home", "blocks": [section([because])]}


def person_modal(title: str, blocks: Sequence[Block], reader: Reader, *, has_buttons: bool = False) -> dict[str, Any]:
    """A person as a message shows them; a contact's buttons do what is done where the message is, and are left out."""
    shown = [block for block in blocks if has_buttons or block["type"] != "actions"]
    close = reader.texts.plain("setup_done")
    return modal(title, None, close, callback_id=PERSON_SHOWN, metadata="", blocks=shown)


def _header(key: str, reader: Reader) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": reader.texts.plain(key), "emoji": False}}


def _lead(card: LeadCard, reader: Reader, *, claims: bool) -> Block:
    subject, about = str(Subject(SubjectKind.LEAD, card.id)), plain(card.email or "")
    show = reader.texts.plain("show")
    press = button(CLAIM, HOME_CLAIM, subject, about=about) if claims else button(show, HOME_SHOW, subject, about=about)
    return section([fit(lead_lines(card, reader), LONGEST_ROW)], accessory=press)


def _activities(activities: tuple[ActivityCard, ...] | None, reader: Reader) -> list[Block]:
    if activities is None:
        return [context([reader.texts("home_no_owner")])]
    if not activities:
        return [context([reader.texts("home_no_activity")])]
    return [_activity(card, reader) for card in activities]


def _activity(card: ActivityCard, reader: Reader) -> Block:
    subject, about = str(Subject(SubjectKind.CONTACT, card.contact_id or 0)), plain(card.name or card.email or "")
    show = button(reader.texts.plain("show"), HOME_SHOW, subject, about=about)
    return section([fit([activity_line(card, reader)], LONGEST_ROW)], accessory=show)


def _follows(follows: Sequence[Followed], reader: Reader) -> list[Block]:
    more = len(follows) - MOST_FOLLOWS
    return [
        *([] if follows else [context([reader.texts("follow_nobody")])]),
        *(follow_row(one, HOME_STOP_FOLLOWING, reader) for one in follows[:MOST_FOLLOWS]),
        *([context([reader.texts("home_more_follows", n=more)])] if more > 0 else []),
    ]


def _chart(this: Week, last: Week, reader: Reader) -> list[Block]:
    texts = reader.texts
    names = texts.plain("home_chart_this", n=this.clicks), texts.plain("home_chart_last", n=last.clicks)
    return comparison_chart(this.days, last.days, names, reader)


def _numbers(this: Week, last: Week, reader: Reader) -> list[Mrkdwn]:
    texts = reader.texts
    return [
        texts(key, **{name: _week(week, reader)[name] for name in ("clicks", "views", "leads")})
        for key, week in (("home_this_week", this), ("home_last_week", last))
    ]


def _week(week: Week, reader: Reader) -> dict[str, Mrkdwn]:
    texts = reader.texts
    return {
        "clicks": texts.count("clicks", week.clicks),
        "views": texts.count("views", week.views),
        "leads": texts.count("new_leads", week.leads),
    }


def _admin(state: AdminState, reader: Reader) -> list[Block]:
    texts = reader.texts
    behind = [group for group in state.groups if group.trouble or group.equal_since is None]
    labels = ((CHOOSE_LISTS, "setup_choose_lists"), (CHOOSE_CHANNELS, "setup_choose_channels"))
    buttons = [
        button(texts.plain(label), action) for action, label in (*labels, (CHOOSE_PEOPLE, "setup_choose_people"))
    ]
    return [
        divider(),
        _header("home_admin", reader),
        *actions(buttons),
        section([_freshness(state, behind, reader), *(_group(one, reader) for one in behind[:MOST_GROUPS])]),
        section([texts("home_channels"), *_channels(state.channels, reader)]),
        section([texts("home_opt_outs", n=state.opt_outs)]),
        *_audit(state.audit, reader),
    ]


def _freshness(state: AdminState, behind: Sequence[GroupView], reader: Reader) -> Mrkdwn:
    texts, groups = reader.texts, reader.texts.count("groups", len(state.groups))
    if not state.groups:
        return texts("home_no_groups")
    if behind:
        told = texts("home_groups_behind", groups=groups, behind=len(behind))
    else:
        oldest = min(one.equal_since for one in state.groups if one.equal_since)
        told = texts("home_groups_equal", groups=groups, when=reader.when(oldest))
    return Mrkdwn(f"{told} · {texts.count('home_hints', state.hints)}") if state.hints else told


def _group(group: GroupView, reader: Reader) -> Mrkdwn:
    trouble = group_trouble(group, reader) or reader.texts("home_group_waits")
    return Mrkdwn(f":warning: {bold(group.name)}: {trouble}")


def _channels(channels: Sequence[Subscribed], reader: Reader) -> list[Mrkdwn]:
    more = len(channels) - MOST_CHANNELS
    return [
        *([] if channels else [reader.texts("channels_none")]),
        *(_channel(one, reader) for one in channels[:MOST_CHANNELS]),
        *([reader.texts.count("channels_too_many", more)] if more > 0 else []),
    ]


def _audit(audit: Sequence[Noted], reader: Reader) -> list[Block]:
    lines = [Mrkdwn(f"• {audit_line(one, reader)}") for one in audit]
    return [section([reader.texts("home_audit"), *lines])] if lines else []


def _channel(one: Subscribed, reader: Reader) -> Mrkdwn:
    texts = reader.texts
    waits = closed_in(texts, one.paused_because or "") or one.paused_because or ""
    told = [texts("channel_waits", because=escape(waits, LONGEST_REASON))] if one.paused_at else []
    lines = [*told, *when_lines(one.terms.rhythm, reader)]
    return Mrkdwn(f"• {texts(TOPICS[one.topic])} {channel_mention(one.channel)}: {fit(lines, LONGEST_ROW, ' · ')}")
