"""A campaign is deleted: nobody sees or lists it any more, its numbers and the links in mails stay."""

from datetime import datetime

from sqlmodel import Session

from decisions.who_sees_what import Status
from storage.banner_files import forget_unused
from storage.campaign_changes import CampaignRefused, Fault, forget_assignments, note, ours
from storage.campaigns import changed


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
        forget_unused(session, digest)
    note(session, "deleted a campaign", row.id, actor, now)
    changed(session)
    return row.name
