"""The contact card: who it is, how interested, and what can be done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.blocks.activity_chart import activity_chart
from bot.blocks.elements import (
    OPEN_IN_HUBSPOT,
    OPT_OUT,
    Block,
    Message,
    actions,
    button,
    context,
    divider,
    fields,
    overflow,
    section,
)
from bot.blocks.reader import Reader
from bot.blocks.subject import Subject, SubjectKind
from bot.blocks.text import Mrkdwn, address, bold, date, escape, fit, plain
from bot.texts import Texts
from storage.contact_card import ContactCard
from storage.performance import CampaignNumbers, Performance, PopularCampaign, RecentClick
from storage.trend import Step

OPEN_LINK: Final = "open_link"
ASK_OPT_OUT: Final = "ask_opt_out"
FOLLOW: Final = "follow"
SHARE: Final = "share"
SHOW_CLICKS: Final = "show_clicks"
LONGEST_VALUE: Final = 200
LONGEST_CLICKS: Final = 1_500
MOST_CAMPAIGNS: Final = 5
# Shown in the card's head, so not once more below.
_IN_HEAD: Final = ("jobtitle", "lifecyclestage")


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the card: the key of its name in the texts, and its value; an empty one is left out."""

    key: str
    value: Callable[[ContactCard], str | None]


# THE table of facts; the chosen HubSpot properties follow, in their order.
FACTS: Final = (
    Fact("owner", lambda card: card.owner),
    Fact("target_groups", lambda card: ", ".join(card.target_groups)),
    Fact("other_addresses", lambda card: ", ".join(card.other_emails)),
)


def contact_card(card: ContactCard, reader: Reader, notes: Sequence[Block] = (), weeks: Sequence[Step] = ()) -> Message:
    """The card of a contact, opted out or not; `notes` were written on the lead that it was, `weeks` are the last."""
    blocks = [
        section(_head(card)),
        section(_interest(card, reader)),
        *activity_chart(weeks, reader),
        *fields([*_facts(card, reader), *_properties(card)]),
        *_clicks(card.performance, reader),
        *notes,
        *actions(_buttons(card, reader)),
        context([reader.texts("equal_to_hubspot", when=reader.when(card.asked_at))]),
    ]
    return Message(_text(card, reader), blocks)


def shown_name(card: ContactCard) -> str:
    """By what a contact is called."""
    return plain(card.name) or plain(card.email or "") or f"#{card.contact_id}"


def numbers(performance: Performance | CampaignNumbers, texts: Texts) -> Mrkdwn:
    """Views and clicks with their meaning, spelt alike wherever they stand."""
    clicks, views = texts.count("clicks", performance.clicks), texts.count("views", performance.views)
    if not performance.clicks:
        return texts("no_clicks_yet", views=views) if performance.views else texts("nothing_yet")
    if performance.click_rate is None:
        return texts("clicks_without_views", clicks=clicks)
    return texts("clicks_of_views", clicks=clicks, views=views, rate=texts.percent(performance.click_rate))


def _numbers(card: ContactCard, texts: Texts) -> Mrkdwn:
    return texts("counted_only_in_groups") if card.counted_only_in_groups else numbers(card.performance, texts)


def campaigns_line(campaigns: tuple[PopularCampaign, ...], most: int = MOST_CAMPAIGNS) -> Mrkdwn:
    """The first campaigns by name, each with its clicks."""
    told = [f"{escape(one.campaign)} ({one.clicks})" for one in campaigns[:most]]
    return Mrkdwn(" · ".join([*told, "…"] if len(campaigns) > most else told))


def _text(card: ContactCard, reader: Reader) -> str:
    told = reader.texts("card_text", name=shown_name(card), numbers=_numbers(card, reader.texts))
    if card.opted_out:
        told = Mrkdwn(f"{told}. {_opted_out(card, reader)}")
    return told


def _head(card: ContactCard) -> list[Mrkdwn]:
    job = next((str(one.value) for one in card.shown_properties if one.name == "jobtitle"), None)
    role = [escape(part) for part in (job, card.company, card.lifecycle) if part]
    lines = [bold(shown_name(card)), Mrkdwn(" · ".join(role)), address(card.email or "")]
    return [line for line in lines if line]


def _interest(card: ContactCard, reader: Reader) -> list[Mrkdwn]:
    performance, texts = card.performance, reader.texts
    told = [Mrkdwn(f"*{_numbers(card, texts)}*")]
    if performance.last_click_at:
        told.append(texts("last_click", when=reader.when(performance.last_click_at)))
    if performance.machine_clicks:
        told.append(texts.count("machines", performance.machine_clicks))
    lines = [Mrkdwn(" · ".join(told))]
    if card.opted_out:
        lines.append(_opted_out(card, reader))
    if card.deleted_at:
        lines.append(texts("deleted_in_hubspot"))
    return lines


def _opted_out(card: ContactCard, reader: Reader) -> Mrkdwn:
    assert card.opted_out is not None
    who, when = reader.who(card.opted_out.by), reader.day(card.opted_out.since)
    return reader.texts("opted_out_card", who=who, when=when)


def _facts(card: ContactCard, reader: Reader) -> list[tuple[str, Mrkdwn]]:
    told = [(reader.texts.plain(fact.key), fact.value(card)) for fact in FACTS]
    return [(name, escape(value, LONGEST_VALUE)) for name, value in told if value]


def _properties(card: ContactCard) -> list[tuple[str, Mrkdwn]]:
    return [(one.label, _value(one.value)) for one in card.shown_properties if one.name not in _IN_HEAD]


def _value(value: object) -> Mrkdwn:
    # A day without time belongs to no zone, and is shown as HubSpot holds it.
    return date(value, "{date_short_pretty}") if isinstance(value, datetime) else escape(str(value), LONGEST_VALUE)


def _clicks(performance: Performance, reader: Reader) -> list[Block]:
    if not performance.recent_clicks:
        return []
    lines = [
        bold(reader.texts.plain("last_clicks")),
        *(_click(click, reader) for click in performance.recent_clicks),
        Mrkdwn(f"{bold(reader.texts.plain('most_clicked'))}  {campaigns_line(performance.popular_campaigns)}"),
    ]
    return [divider(), section([fit(lines, LONGEST_CLICKS)])]


def _click(click: RecentClick, reader: Reader) -> Mrkdwn:
    campaign = escape(click.campaign or "") or reader.texts("no_campaign")
    told = f" • {campaign} — {reader.when(click.occurred_at)}"
    return Mrkdwn(f"{told}, {reader.texts('from_sender', sender=click.sender)}" if click.sender else told)


def _buttons(card: ContactCard, reader: Reader) -> list[Block]:
    about, subject = shown_name(card), str(Subject(SubjectKind.CONTACT, card.contact_id))
    open_it = [button(OPEN_IN_HUBSPOT, OPEN_LINK, url=card.hubspot_url, about=about)] if card.hubspot_url else []
    opt_out = [] if card.opted_out else [button(OPT_OUT, ASK_OPT_OUT, subject, about=about)]
    can_follow = not card.opted_out and card.email is not None
    follow = [button(reader.texts.plain("follow"), FOLLOW, subject, about=about)] if can_follow else []
    texts = reader.texts
    clicks = [button(texts.plain("clicks_title"), SHOW_CLICKS, subject, about=about)]
    return open_it + opt_out + follow + clicks + [overflow(SHARE, [(texts.plain("share_title"), f"share {subject}")])]
