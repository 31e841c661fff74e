"""Campaigns in Slack: the list, what its menus do, and the modal that makes and edits them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

import msgspec
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.campaign_editor import (
    ACCOUNTS,
    FAULTS,
    FILE,
    NAME,
    Preview,
    block_of,
    campaign_editor,
    read_editor,
)
from bot.blocks.campaign_list import ARCHIVE, DUPLICATE, EDIT, PAUSE, RESUME, campaign_list
from bot.blocks.elements import Message
from bot.blocks.text import Mrkdwn, bold
from bot.campaign_file import PutIn, put_in, read_file
from bot.command import Typed
from bot.desk import Desk, Place, Visit
from bot.modal import Submission
from bot.permissions import Right, refusal
from bot.press import Press
from bot.slack_errors import error_code
from storage import Busy, Session, StoreDown, target_groups
from storage.accounts import NoAccount
from storage.banner_files import BannerFault, NotABanner, keep_picture
from storage.campaign_changes import (
    CampaignRefused,
    Created,
    NewCampaign,
    archive_campaign,
    campaign_as_new,
    change_campaign,
    create_campaign,
    duplicate_campaign,
    pause_campaign,
    resume_campaign,
)
from storage.campaign_list import Listed, list_campaigns

log = structlog.get_logger()

_DONE: Final[dict[str, tuple[Callable[..., object], str]]] = {
    PAUSE: (pause_campaign, "campaign_is_paused"),
    RESUME: (resume_campaign, "campaign_is_resumed"),
    DUPLICATE: (duplicate_campaign, "campaign_is_copied"),
    ARCHIVE: (archive_campaign, "campaign_is_archived"),
}


class Editing(msgspec.Struct, frozen=True):
    """
    What the modal carries from its opening to its end.

    `campaign_id` is None for a new one, `digest` is its kept banner file; `shown` is the picture seen in the preview;
    `taken` is the id of the file at Slack that became the banner, `takes_file` whether one can be put in.
    """

    subject: str
    place: Place
    campaign_id: int | None = None
    digest: str | None = None
    shown: str | None = None
    taken: str = ""
    takes_file: bool = True


# It stands for a file that is yet to be fetched, while the rest of a campaign is looked at.
_NOT_HERE_YET: Final = "https://banner.invalid/"
_BANNER_FAULTS: Final = {
    BannerFault.TOO_HEAVY: "banner_too_heavy",
    BannerFault.TOO_LARGE: "banner_too_large",
    BannerFault.TOO_MANY_FRAMES: "banner_too_large",
    BannerFault.NO_PICTURE: "banner_no_picture",
    BannerFault.NOT_READ: "banner_not_read",
}


async def answer(typed: Typed) -> Message:
    """What `/footlight campaigns` says."""
    visit = typed.visit
    return campaign_list(await _listed(typed.desk), visit.reader, may_change=_may_change(visit))


async def more(press: Press) -> None:
    """The next page of the list, in its place."""
    visit = press.visit
    page = campaign_list(await _listed(press.desk), visit.reader, may_change=_may_change(visit), first=press.number)
    await press.place.replace(page, press.client)


async def begin(press: Press) -> None:
    """*New campaign*: an empty modal."""
    await _open(Editing("", press.place), None, press)


async def choose(press: Press) -> None:
    """An entry of a campaign's menu: edit it, or pause, resume, copy, archive it."""
    desk, visit = press.desk, press.visit
    what, _, name = press.value.partition(":")
    try:
        if what == EDIT:
            campaign = await desk.store.read(campaign_as_new, name)
            await _open(
                Editing("", press.place, int(name), campaign.banner_digest, _picture(campaign)), campaign, press
            )
            return
        change, key = _DONE[what]
        await desk.store.write(change, name, now=desk.now(), actor=visit.actor)
        told = visit.reader.texts(key)
    except (CampaignRefused, KeyError):
        told = visit.reader.texts("fault_no_campaign")
    await _show_list(press.place, told, visit, desk, press.client)


async def submitted(submission: Submission) -> None:
    """*Save*: a picture that was not seen yet is shown first, in the same modal; then the campaign is kept."""
    desk, visit = submission.desk, submission.visit
    editing = submission.carried(Editing)
    wanted = read_editor(submission.answers, await _groups(desk), digest=editing.digest)
    file = put_in(submission.answers.get(FILE, {}))
    is_new_file = file is not None and file.id != editing.taken
    whole = replace(wanted, image_url=_NOT_HERE_YET, banner_digest=None) if is_new_file else wanted
    try:
        was_seen = not is_new_file and _picture(wanted) == editing.shown
        saved = await desk.store.write(_save, whole, editing, visit.actor, desk.now(), was_seen)
    except (CampaignRefused, NoAccount, StoreDown, Busy) as error:
        block, told = _objection(error, visit)
        await submission.object(block_of(block, editing.taken), told)
        return
    if file is not None and is_new_file:
        await _take(file, wanted, editing, submission)
    elif saved is None:
        await _preview(wanted, editing, submission)
    else:
        await submission.close()
        await _show_list(editing.place, _told_of(saved, visit), visit, desk, submission.client)


def _told_of(saved: Created, visit: Visit) -> Mrkdwn:
    texts = visit.reader.texts
    told = texts("campaign_saved", campaign=bold(saved.name))
    if saved.replaced_default:
        return Mrkdwn(f"{told} {texts('campaign_replaced', campaign=bold(saved.replaced_default))}")
    return told


class _NotYet(Exception):
    """The campaign could be kept, but its picture is to be seen before."""


def _save(
    session: Session, wanted: NewCampaign, editing: Editing, actor: str, now: datetime, was_seen: bool
) -> Created | None:
    """None: all would be well, but nothing is kept, as its picture was not seen yet."""
    try:
        with session.begin_nested():
            if editing.campaign_id is None:
                saved = create_campaign(session, wanted, now=now, actor=actor)
            else:
                saved = change_campaign(session, str(editing.campaign_id), lambda _: wanted, now=now, actor=actor)
            if not was_seen:
                raise _NotYet
    except _NotYet:
        return None
    return saved


def _objection(error: Exception, visit: Visit) -> tuple[str, str]:
    """Where what is wrong stands in the modal, and the words for it."""
    texts = visit.reader.texts
    if isinstance(error, CampaignRefused):
        block, key = FAULTS[error.fault]
        return block, texts.plain(key, about=error.about)
    if isinstance(error, NoAccount):
        return ACCOUNTS, texts.plain("fault_no_account", about=error.domain)
    return NAME, texts.plain("store_down")


async def _open(editing: Editing, campaign: NewCampaign | None, press: Press) -> None:
    visit, desk, open_view = press.visit, press.desk, partial(press.client.views_open, trigger_id=press.trigger_id)
    preview = _preview_of(campaign, desk)
    # Without the scope files:read, which older installations lack, Slack opens no modal that takes files.
    fileless, unseen = msgspec.structs.replace(editing, takes_file=False), Preview(None, "preview_not_loaded")
    attempts = [(editing, preview), (fileless, preview)]
    attempts += [(editing, unseen), (fileless, unseen)] if preview.url else []
    for place, (how, shown) in enumerate(attempts):
        try:
            await open_view(view=await _modal(how, campaign, shown, visit, desk))
        except SlackApiError as error:
            if place == len(attempts) - 1:
                raise
            log.warning("Slack does not open the campaign editor as it is", because=error_code(error))
        else:
            return


async def _take(file: PutIn, wanted: NewCampaign, editing: Editing, submission: Submission) -> None:
    """A file becomes the banner, which the modal then shows; or it says what is wrong with it."""
    await _show_loading(wanted, editing, submission)
    try:
        picture = await read_file(file, submission.client)
        await submission.desk.store.write(keep_picture, picture)
    except (NotABanner, StoreDown, Busy) as error:
        told = Preview(None, _BANNER_FAULTS[error.fault] if isinstance(error, NotABanner) else "store_down")
        log.info("a file put into the campaign editor is no banner", because=str(error))
        await _show(wanted, editing, told, submission)
        return
    kept = replace(wanted, image_url=None, banner_digest=picture.digest)
    seen = msgspec.structs.replace(editing, digest=picture.digest, shown=picture.digest, taken=file.id)
    told_of = "preview_moves" if picture.frames > 1 else "preview_save_again"
    await _show_picture(kept, seen, told_of, submission)


async def _preview(wanted: NewCampaign, editing: Editing, submission: Submission) -> None:
    """The same modal with the picture on top; Slack fetches it, so it comes after the answer, which has 3 s."""
    seen = msgspec.structs.replace(editing, shown=_picture(wanted))
    await _show_loading(wanted, seen, submission)
    await _show_picture(wanted, seen, "preview_save_again", submission)


async def _show_loading(wanted: NewCampaign, editing: Editing, submission: Submission) -> None:
    loading = Preview(None, "preview_loading")
    await submission.become(await _modal(editing, wanted, loading, submission.visit, submission.desk))


async def _show_picture(wanted: NewCampaign, seen: Editing, told: str, submission: Submission) -> None:
    try:
        await _show(wanted, seen, replace(_preview_of(wanted, submission.desk), told=told), submission)
    except SlackApiError as error:
        log.warning("Slack cannot show a campaign's banner", because=error_code(error))
        await _show(wanted, seen, Preview(None, "preview_not_loaded"), submission)


async def _show(wanted: NewCampaign, editing: Editing, preview: Preview, submission: Submission) -> None:
    modal = await _modal(editing, wanted, preview, submission.visit, submission.desk)
    await submission.client.views_update(view_id=submission.view["id"], view=modal)


async def _modal(
    editing: Editing, campaign: NewCampaign | None, preview: Preview, visit: Visit, desk: Desk
) -> dict[str, Any]:
    groups = await _groups(desk)
    metadata = msgspec.json.encode(editing).decode()
    is_new = editing.campaign_id is None
    return campaign_editor(
        campaign,
        preview,
        groups,
        visit.reader,
        metadata=metadata,
        is_new=is_new,
        taken=editing.taken,
        takes_file=editing.takes_file,
    )


def _preview_of(campaign: NewCampaign | None, desk: Desk) -> Preview:
    if campaign is None:
        return Preview(None, "preview_none")
    if campaign.image_url:
        return Preview(campaign.image_url, "preview_now")
    return Preview(f"{desk.public_url}/b/{campaign.banner_digest}" if desk.public_url else None, "preview_now")


def _picture(campaign: NewCampaign) -> str | None:
    """By what a campaign's picture is told from another."""
    return campaign.image_url or campaign.banner_digest


async def _show_list(place: Place, told: Mrkdwn, visit: Visit, desk: Desk, client: AsyncWebClient) -> None:
    listed = await _listed(desk)
    await place.replace(campaign_list(listed, visit.reader, may_change=True, told=[told]), client)


async def _groups(desk: Desk) -> dict[int, str]:
    return {group.id: group.name for group in await desk.store.read(target_groups.all_groups)}


async def _listed(desk: Desk) -> list[Listed]:
    return await desk.store.read(list_campaigns, now=desk.now())


def _may_change(visit: Visit) -> bool:
    return refusal(visit.person, Right.DECIDE) is None
