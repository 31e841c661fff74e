"""Campaigns in Slack: the list, what its menus do, and the modal that makes and edits them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

import msgspec
import structlog
from slack_bolt.async_app import AsyncAck, AsyncBoltContext, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.campaign_editor import ACCOUNTS, FAULTS, NAME, Preview, campaign_editor, read_editor
from bot.blocks.campaign_list import ARCHIVE, DUPLICATE, EDIT, PAUSE, RESUME, campaign_list
from bot.blocks.text import Mrkdwn, bold
from bot.desk import Desk, Place, Visit, say
from bot.permissions import Right, refusal
from bot.press import Press
from storage import Busy, Session, StoreDown, target_groups
from storage.accounts import NoAccount
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

    `campaign_id` is None for a new one, `digest` is its kept banner file; `shown` is the picture seen in the preview.
    """

    subject: str
    place: Place
    campaign_id: int | None = None
    digest: str | None = None
    shown: str | None = None


async def answer_command(_: str, respond: AsyncRespond, context: AsyncBoltContext, desk: Desk) -> None:
    """What `/footlight campaigns` says."""
    visit = await desk.admit(context, Right.SEE)
    await say(respond, campaign_list(await _listed(desk), visit.reader, may_change=_may_change(visit)))


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


async def submitted(
    ack: AsyncAck, view: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, desk: Desk
) -> None:
    """*Save*: a picture that was not seen yet is shown first, in the same modal; then the campaign is kept."""
    visit = await desk.admit(context, Right.DECIDE)
    editing = msgspec.json.decode(view["private_metadata"], type=Editing)
    wanted = read_editor(view["state"]["values"], await _groups(desk), digest=editing.digest)
    try:
        saved = await desk.store.write(
            _save, wanted, editing, visit.actor, desk.now(), _picture(wanted) == editing.shown
        )
    except (CampaignRefused, NoAccount, StoreDown, Busy) as error:
        block, told = _objection(error, visit)
        await ack(response_action="errors", errors={block: told})
        return
    if saved is None:
        await _preview(ack, wanted, editing, view["id"], visit, desk, client)
        return
    await ack()
    texts = visit.reader.texts
    told = texts("campaign_saved", campaign=bold(saved.name))
    if saved.replaced_default:
        told = Mrkdwn(f"{told} {texts('campaign_replaced', campaign=bold(saved.replaced_default))}")
    await _show_list(editing.place, told, visit, desk, client)


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
    try:
        await open_view(view=await _modal(editing, campaign, preview, visit, desk))
    except SlackApiError as error:
        if preview.url is None:
            raise
        log.warning("Slack cannot show a campaign's banner", because=str(error.response.get("error")))
        without = Preview(None, "preview_not_loaded")
        await open_view(view=await _modal(editing, campaign, without, visit, desk))


async def _preview(
    ack: AsyncAck,
    wanted: NewCampaign,
    editing: Editing,
    view_id: str,
    visit: Visit,
    desk: Desk,
    client: AsyncWebClient,
) -> None:
    """The same modal with the picture on top; Slack fetches it, so it comes after the answer, which has 3 s."""
    seen = msgspec.structs.replace(editing, shown=_picture(wanted))
    loading = await _modal(seen, wanted, Preview(None, "preview_loading"), visit, desk)
    await ack(response_action="update", view=loading)
    shown = replace(_preview_of(wanted, desk), told="preview_save_again")
    try:
        await client.views_update(view_id=view_id, view=await _modal(seen, wanted, shown, visit, desk))
    except SlackApiError as error:
        log.warning("Slack cannot show a campaign's banner", because=str(error.response.get("error")))
        without = Preview(None, "preview_not_loaded")
        await client.views_update(view_id=view_id, view=await _modal(seen, wanted, without, visit, desk))


async def _modal(
    editing: Editing, campaign: NewCampaign | None, preview: Preview, visit: Visit, desk: Desk
) -> dict[str, Any]:
    groups = await _groups(desk)
    metadata = msgspec.json.encode(editing).decode()
    is_new = editing.campaign_id is None
    return campaign_editor(campaign, preview, groups, visit.reader, metadata=metadata, is_new=is_new)


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
