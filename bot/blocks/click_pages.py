"""All clicks of one person, machines' too, ten to a page, each with the reason why it counts as what it does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.blocks.elements import Block, actions, button, context, modal, section
from bot.blocks.reader import Reader
from bot.blocks.text import Mrkdwn, bold, escape, fit, plain
from storage.clicks_told import ToldClick
from storage.tracking import EventClass

TURN_CLICKS: Final = "turn_clicks"
CLICKS_SHOWN: Final = "clicks_shown"
A_PAGE: Final = 10
LONGEST_CLICK: Final = 900
# Why a click may be a machine's: what the signs are called where they are decided, and the keys of their words.
SIGNS: Final[Mapping[str, str]] = {
    "agent": "sign_agent",
    "prefetch": "sign_prefetch",
    "head": "sign_head",
    "network": "sign_network",
    "mangled": "sign_mangled",
    "too soon": "sign_soon",
    "burst": "sign_burst",
    "sweep": "sign_sweep",
}


@dataclass(frozen=True, slots=True)
class Page:
    """Ten of `total` clicks of `name`, whom `subject` names in buttons; `skipped` are newer."""

    name: str
    subject: str
    clicks: Sequence[ToldClick]
    skipped: int
    total: int


def click_page(page: Page, reader: Reader) -> dict[str, Any]:
    """The modal, with buttons to the pages beside it."""
    texts, last = reader.texts, page.skipped + len(page.clicks)
    head = texts("clicks_page", who=bold(page.name), first=page.skipped + 1, last=last, n=page.total)
    blocks = [
        section([head if page.clicks else texts("clicks_none", who=bold(page.name))]),
        *(_click(one, reader) for one in page.clicks),
        *actions(_turns(page, last, reader)),
        *([context([texts("clicks_hint")])] if page.clicks else []),
    ]
    return modal(
        texts.plain("clicks_title"),
        None,
        texts.plain("setup_done"),
        callback_id=CLICKS_SHOWN,
        metadata="",
        blocks=blocks,
    )


def why(click: ToldClick, reader: Reader) -> Mrkdwn:
    """Why a click counts as what it does: what the deciding sign saw, and what that means so far."""
    texts = reader.texts
    first = next((one for one in click.signs if one.measure is not None), None)
    if first is None:
        return texts("why_no_sign")
    sign = texts(SIGNS[first.sign]) if first.sign in SIGNS else escape(first.because)
    seen = Mrkdwn(f"{sign} ({escape(first.measure or '')})")
    if click.is_doubted:
        return texts("why_doubted", seen=seen)
    return texts("why_nothing_else", seen=seen) if click.counts_as is EventClass.HUMAN else seen


def _click(click: ToldClick, reader: Reader) -> Block:
    texts = reader.texts
    campaign = bold(click.campaign or "") or texts("no_campaign")
    sender = texts("from_sender", sender=click.sender) if click.sender else None
    what = Mrkdwn(", ".join(part for part in (f"{campaign} — {reader.when(click.occurred_at)}", sender) if part))
    key = "click_human" if click.counts_as is EventClass.HUMAN else "click_machine"
    return section([fit([what, texts(key, why=why(click, reader))], LONGEST_CLICK)])


def _turns(page: Page, last: int, reader: Reader) -> list[Block]:
    about = plain(page.name)
    turns = (
        ("clicks_newer", page.skipped - A_PAGE, page.skipped > 0),
        ("clicks_older", page.skipped + A_PAGE, last < page.total),
    )
    return [
        button(reader.texts.plain(key), f"{TURN_CLICKS}_{place}", f"{max(skipped, 0)} {page.subject}", about=about)
        for place, (key, skipped, is_there) in enumerate(turns)
        if is_there
    ]
