"""*Clicks* on a card: all of somebody's clicks in a modal, page by page, with the reason why each counts."""

from bot.blocks.click_pages import A_PAGE, Page, click_page
from bot.blocks.contact_message import shown_name
from bot.blocks.elements import one_line
from bot.blocks.subject import Subject, SubjectKind
from bot.desk import Desk
from bot.press import Press
from storage import Session, clicks_told, contact_card, leads, performance
from storage.opt_outs import Hasher


async def show(press: Press) -> None:
    """The newest."""
    page = await _page(press.subject, 0, press.desk)
    if page is None:
        await press.tell("gone")
        return
    await press.client.views_open(trigger_id=press.trigger_id, view=click_page(page, press.visit.reader))


async def turn(press: Press) -> None:
    """Newer or older ones, in the same modal."""
    skipped = press.option
    page = await _page(press.subject, int(skipped) if skipped.isdecimal() and len(skipped) < 7 else 0, press.desk)
    if page is None:
        await press.show(one_line(press.visit.reader.texts("gone")))
        return
    await press.client.views_update(view_id=press.place.view_id, view=click_page(page, press.visit.reader))


async def _page(subject: Subject | None, skipped: int, desk: Desk) -> Page | None:
    return await desk.store.read(_read, subject, skipped, desk.hasher) if subject else None


def _read(session: Session, subject: Subject, skipped: int, hasher: Hasher) -> Page | None:
    """None: they are gone, or may not be named any more."""
    if subject.kind is SubjectKind.CONTACT:
        card = contact_card.card(session, subject.id, hasher)
        name, address_ids = (shown_name(card) if card else None), performance.addresses_of(session, subject.id)
    else:
        lead = leads.get(session, subject.id)
        name, address_ids = (lead.email, (lead.address_id,)) if lead else (None, ())
    if name is None:
        return None
    total = clicks_told.number(session, address_ids)
    skipped = min(skipped, max(total - 1, 0) // A_PAGE * A_PAGE)
    clicks = clicks_told.newest(session, A_PAGE, address_ids, skipped=skipped)
    return Page(name, str(subject), clicks, skipped, total)
