"""Following: what is asked before, the list of whom one follows, and the message that tells of their clicks."""

from collections.abc import Sequence
from typing import Any, Final

from bot.blocks.activity_message import activity_line
from bot.blocks.contact_message import FOLLOW
from bot.blocks.elements import Block, Message, actions, button, context, input_block, modal, one_line, option, section
from bot.blocks.reader import Reader
from bot.blocks.search_results import SHOW_PERSON
from bot.blocks.subject import Subject, SubjectKind
from bot.blocks.text import LONGEST_TEXT, Mrkdwn, bold, fit, plain
from storage.follow_news import FollowNews
from storage.follows import Followed

STOP_FOLLOWING: Final = "stop_following"
FOLLOW_CHOSEN: Final = "follow_chosen"
# The questions of the modal, and what may be chosen: days by their words.
WHOM: Final = "whom"
HOW_LONG: Final = "how_long"
EVERYBODY: Final = "everybody"
THE_PERSON: Final = "the_person"
DAYS: Final = {"follow_week": 7, "follow_month": 30, "follow_quarter": 91}
USUAL: Final = "follow_month"
MOST_PEOPLE: Final = 8
LONGEST_ROW: Final = 500


def follow_modal(name: str, account: str | None, reader: Reader, *, metadata: str) -> dict[str, Any]:
    """Whom, where everybody of an account may be meant as well, and for how long. Submitted as it opens: a month."""
    texts = reader.texts
    lengths = {key: option(texts.plain(key), key) for key in DAYS}
    people = [option(plain(name) or texts.plain("no_name"), THE_PERSON)]
    people += [option(texts.plain("follow_everybody", account=account), EVERYBODY)] if account else []
    blocks = [
        input_block(texts.plain("follow_whom"), WHOM, _select(people, people[0])),
        input_block(texts.plain("follow_how_long"), HOW_LONG, _select(list(lengths.values()), lengths[USUAL])),
        context([texts("follow_means")]),
    ]
    return modal(
        texts.plain("follow"),
        texts.plain("follow"),
        texts.plain("cancel"),
        callback_id=FOLLOW_CHOSEN,
        metadata=metadata,
        blocks=blocks,
    )


def follow_begun(followed: Followed, target: str, reader: Reader) -> Message:
    """That somebody is followed now, until when, and how to change that; `target` is what *Follow* is about."""
    told = reader.texts("follow_begun", who=_bold(followed, reader), when=reader.day(followed.until))
    change = button(reader.texts.plain("follow_longer"), FOLLOW, target, about=_plain(followed))
    return Message(told, [section([told]), *actions([change, _stop(str(followed.id), followed, reader)])])


def follow_list(followed: Sequence[Followed], reader: Reader) -> Message:
    """Whom somebody follows, each with *Stop following*."""
    if not followed:
        told = reader.texts("follow_nobody")
        return one_line(told)
    head = reader.texts("follow_head")
    rows = [follow_row(one, STOP_FOLLOWING, reader) for one in followed]
    return Message(fit([head, *(_bold(one, reader) for one in followed)], LONGEST_TEXT, " "), [section([head]), *rows])


def follow_row(followed: Followed, action_id: str, reader: Reader) -> Block:
    """One follow in a list, with a button that ends it."""
    told = reader.texts("follow_row", who=_bold(followed, reader), when=reader.day(followed.until))
    return section([fit([told], LONGEST_ROW)], accessory=_stop(str(followed.id), followed, reader, action_id))


def follow_message(news: FollowNews, subject: str, reader: Reader) -> Message:
    """Who of those that somebody follows clicked what; `subject` names the message."""
    texts, followed = reader.texts, news.followed
    head = texts("follow_news", who=_bold(followed, reader))
    lines = [activity_line(one, reader) for one in news.people]
    more = len(lines) - MOST_PEOPLE
    rest = [texts("follow_more_people", n=more)] if more > 0 else []
    blocks = [
        section([head, *(fit([line], LONGEST_ROW) for line in lines[:MOST_PEOPLE]), *rest]),
        *actions([*_show(followed, reader), _stop(subject, followed, reader)]),
        context([texts("follow_until", when=reader.day(followed.until))]),
    ]
    return Message(fit([head, *lines, *rest], LONGEST_TEXT), blocks)


def stopped_message(message: Message, told: Mrkdwn) -> Message:
    """A message of clicks, once its reader follows no longer: without buttons, and it says so."""
    stays = [block for block in message.blocks if block["type"] == "section"]
    return Message(f"{told} {message.text}", [*stays, context([told])])


def _show(followed: Followed, reader: Reader) -> list[Block]:
    if followed.contact_id is not None:
        subject = Subject(SubjectKind.CONTACT, followed.contact_id)
    elif followed.lead_id is not None:
        subject = Subject(SubjectKind.LEAD, followed.lead_id)
    else:
        return []
    return [button(reader.texts.plain("show"), SHOW_PERSON, str(subject), about=_plain(followed))]


def _stop(value: str, followed: Followed, reader: Reader, action_id: str = STOP_FOLLOWING) -> Block:
    return button(reader.texts.plain("stop_following"), action_id, value, about=_plain(followed))


def _bold(followed: Followed, reader: Reader) -> Mrkdwn:
    return bold(followed.name or "") or reader.texts("someone")


def _plain(followed: Followed) -> str:
    return plain(followed.name or "")


def _select(options: list[Block], chosen: Block) -> Block:
    return {"type": "static_select", "options": options, "initial_option": chosen}
