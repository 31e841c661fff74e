"""*Share to channel*: a contact's card, posted where colleagues read it, in the name of who shared it."""

from dataclasses import replace
from datetime import datetime

from slack_sdk.errors import SlackApiError

from bot.blocks.contact_message import contact_card
from bot.blocks.reader import Reader
from bot.blocks.share_modal import CHANNEL, share_modal, shared_card
from bot.blocks.subject import Subject, SubjectKind
from bot.blocks.text import masked
from bot.channel_access import CannotEnter, enter
from bot.contact import remember_named
from bot.modal import Submission
from bot.press import Press, Question
from bot.slack_errors import CLOSED, error_code
from decisions.slack_ids import slack_id
from storage import Busy, Session, StoreDown, audit, performance, subscriptions
from storage import contact_card as cards
from storage.contact_card import ContactCard
from storage.opt_outs import Hasher
from storage.subscriptions import Topic


async def ask(press: Press) -> None:
    """*Share to channel*: ask to which."""
    await press.ask(lambda metadata: share_modal(press.visit.reader, metadata=metadata))


async def chosen(submission: Submission) -> None:
    """A channel was chosen: we go there and post it, or why not stands at the question."""
    asked = submission.carried(Question)
    channel = str(submission.answers.get(CHANNEL, {}).get("selected_conversation") or "")
    if objection := await _share(Subject.parse(asked.subject), channel, submission):
        await submission.object(CHANNEL, objection)
    else:
        await submission.close()


async def _share(subject: Subject | None, channel: str, submission: Submission) -> str | None:
    """What is wrong; None: it was posted."""
    desk, visit, client = submission.desk, submission.visit, submission.client
    texts, kept = visit.reader.texts, visit.kept(channel)
    try:
        card = await desk.store.read(_card, subject, kept, desk.hasher)
        if card is None:
            return texts.plain("gone")
        await enter(client, channel, asked_by=slack_id(visit.person.user_id))
        reader = Reader(texts)
        message = shared_card(contact_card(card, reader), reader.who(visit.actor), reader)
        answer = await client.chat_postMessage(
            channel=channel, text=message.text, blocks=message.blocks, unfurl_links=False, unfurl_media=False
        )
        ts = str(answer["ts"])
        if not await _is_remembered(card.contact_id, ts, kept, submission):
            await client.chat_delete(channel=channel, ts=ts)
            return texts.plain("gone")
    except CannotEnter as cannot:
        return cannot.told(texts)
    except (StoreDown, Busy):
        return texts.plain("store_down")
    except SlackApiError as error:
        code = error_code(error)
        return texts.plain(CLOSED[code]) if code in CLOSED else texts.plain("channel_refused", code=code)
    return None


async def _is_remembered(contact_id: int, ts: str, channel: str, submission: Submission) -> bool:
    """Whether an erase will find the card; not that of somebody who was erased while it was on its way."""
    desk, actor = submission.desk, submission.visit.actor
    return await desk.store.write(_remember, contact_id, channel, ts, actor, now=desk.now())


def _card(session: Session, subject: Subject | None, channel: str, hasher: Hasher) -> ContactCard | None:
    if subject is None or subject.kind is not SubjectKind.CONTACT:
        return None
    return card_for_channel(session, subject.id, channel, hasher)


def card_for_channel(session: Session, contact_id: int, channel: str, hasher: Hasher) -> ContactCard | None:
    """A contact's card as it may stand in a channel, which may want to see no address; None: they are gone."""
    card = cards.card(session, contact_id, hasher)
    told = (subscriptions.find(session, topic, channel) for topic in (Topic.LEADS, Topic.FEED))
    if card is None or not any(one and one.terms.hides_addresses for one in told):
        return card
    return replace(card, email=masked(card.email) if card.email else None, other_emails=())


def _remember(session: Session, contact_id: int, channel: str, ts: str, actor: str, now: datetime) -> bool:
    address_ids = performance.addresses_of(session, contact_id)
    if not address_ids:
        return False
    remember_named(session, channel, ts, [Subject(SubjectKind.CONTACT, contact_id)], now)
    audit.note(session, now=now, actor=actor, action="shared a card", address_id=address_ids[0], detail=channel)
    return True
