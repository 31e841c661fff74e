"""We are installed in a workspace: the token is kept, what waited there goes out, the installer is shown the way."""

from datetime import datetime

from sqlmodel import Session

from decisions.sealing import Keys
from decisions.slack_ids import kept
from storage import audit, installations, permitted, subscriptions
from storage.installations import Installed


def install(session: Session, told: Installed, keys: Keys, *, now: datetime) -> None:
    """Keep an installation, or the newer one of a workspace that had one."""
    known_as = installations.keep(session, told, keys, now=now)
    installer = kept(known_as, told.user_id)
    subscriptions.resume_all(session, known_as, now=now)
    permitted.welcome(session, installer, now=now)
    audit.note(session, now=now, actor=f"slack:{installer}", action="installed the app", detail=told.team_id)
