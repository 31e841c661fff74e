"""The sample workspace: Nordwerk's people, a guest, a partner of another team, and their channels."""

from collections.abc import Callable
from time import time

from sandbox.slack.workspace import BOT_USER, Channel, User, Workspace

ANNA, JONAS, MEHMET, CLARA, OLIVER = "UANNABECKER", "UJONASPETER", "UMEHMETAYDIN", "UCLARAVOGT1", "UOLIVERGRANT"
GUEST, PARTNER = "UGUESTFRITZ", "UPARTNERLEE"
PARTNER_TEAM = "TACMEPARTNER"
LEADS, FEED, GENERAL = "C0LEADS0001", "C0FEED00001", "C0GENERAL01"
PRIVATE, ARCHIVED, SHARED = "C0BOARD0001", "C0FAIR20250", "C0PARTNERS1"


def sample_workspace(now: Callable[[], float] = time) -> Workspace:
    """Anna is admin, Oliver owner. The bot is in #leads and #feed; it was invited nowhere else."""
    workspace = Workspace(now)
    for user in _people():
        workspace.add_user(user)
    staff = {ANNA, JONAS, MEHMET, CLARA, OLIVER}
    for channel in (
        Channel(LEADS, "leads", members={*staff, BOT_USER}),
        Channel(FEED, "feed", members={*staff, BOT_USER}),
        Channel(GENERAL, "general", members={*staff, GUEST}),
        Channel(PRIVATE, "board", "private", members={ANNA, OLIVER}),
        Channel(ARCHIVED, "fair-2025", members={ANNA, JONAS, BOT_USER}, is_archived=True),
        Channel(SHARED, "partners", members={ANNA, PARTNER}, is_ext_shared=True),
    ):
        workspace.add_channel(channel)
    workspace.direct(ANNA)
    return workspace


def _people() -> tuple[User, ...]:
    return (
        User(ANNA, "Anna Becker", "anna.becker@nordwerk.example", "de-DE", is_admin=True),
        User(JONAS, "Jonas Petersen", "jonas.petersen@nordwerk.example", "de-DE"),
        User(MEHMET, "Mehmet Aydın", "mehmet.aydin@nordwerk.example", "de-DE"),
        User(CLARA, "Clara Vogt", "clara.vogt@nordwerk.example", "de-DE", tz="Europe/Zurich"),
        User(OLIVER, "Oliver Grant", "oliver.grant@nordwerk.example", tz="Europe/London", is_owner=True),
        User(GUEST, "Fritz Gast", "fritz@agency.example", "de-DE", is_restricted=True),
        User(PARTNER, "Lee Park", "lee@acme.example", tz="America/New_York", team_id=PARTNER_TEAM),
    )
