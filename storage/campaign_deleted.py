"""A campaign is deleted: nobody sees or lists it any more, its numbers and the links in mails stay."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from decisions.who_sees_what import Status
from storage.banner_files import BannerFile
from storage.campaign_changes import CampaignRefused, Fault, forget_assignments, note, ours
from storage.campaigns import Campaign, changed


def delete_campaign(session: Session, name: str, *, now: datetime, actor: str = "cli") -> str:
    """
    Delete an archived campaign for good; its name.

    Its banner and whom it was for are forgotten. Its numbers stay under its name, which nobody else may take, and its
    links in mails lead where they led.

    Raises:
        CampaignRefused: also while it is not archived.
    """
    row = ours(session, name)
    if row.status is not Status.ARCHIVED:
        told = f"only an archived campaign can be deleted: first `footlight campaigns archive` {row.name!r}"
        raise CampaignRefused(Fault.NOT_ARCHIVED, told, row.name)
    assert row.id is not None
    digest = row.banner_digest
    row.status, row.is_default = Status.DELETED, False
    row.image_url, row.banner_digest, row.alt = None, None, ""
    session.flush()
    forget_assignments(session, row.id)
    if digest is not None:
        _forget_unused(session, digest)
    note(session, "deleted a campaign", row.id, actor, now)
    changed(session)
    return row.name


def _forget_unused(session: Session, digest: str) -> None:
    used = select(Campaign.id).where(col(Campaign.banner_digest) == digest)
    session.execute(delete(BannerFile).where(col(BannerFile.digest) == digest, ~used.exists()))
