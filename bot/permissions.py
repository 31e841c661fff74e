"""Who may do what in Slack, decided on what Slack says of a user; asked anew every five minutes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from bot.web_client import ClientOf
from decisions.slack_ids import slack_id, workspace_of

REMEMBERED_FOR: Final = timedelta(minutes=5)
MOST_REMEMBERED: Final = 5_000


class Right(StrEnum):
    """SEE people's data; WORK: claim, dismiss; DECIDE: opt out, add to HubSpot."""

    SEE = "see"
    WORK = "work"
    DECIDE = "decide"


@dataclass(frozen=True, slots=True)
class Person:
    """
    A Slack user. `time_zone` is an IANA name; `is_ours`: of this workspace, active, and no bot.

    `user_id` is the id as the store keeps it.
    `is_permitted`: chosen by somebody who may decide, to do so as well. `email` None: we may not know it.
    """

    user_id: str
    name: str
    is_ours: bool
    is_guest: bool = False
    is_admin: bool = False
    is_permitted: bool = False
    language: str = "en"
    time_zone: str = "UTC"
    email: str | None = None


class Refusal(StrEnum):
    """Why someone may not; the word is the key of the text that tells them."""

    GUEST = "refused_guest"
    STRANGER = "refused_stranger"
    NOT_PERMITTED = "refused_not_permitted"


def refusal(person: Person, right: Right) -> Refusal | None:
    """Why `person` may not, None: they may. Admins and owners of the workspace are permitted in any case."""
    if not person.is_ours:
        return Refusal.STRANGER
    if person.is_guest:
        return Refusal.GUEST
    if right is Right.DECIDE and not (person.is_admin or person.is_permitted):
        return Refusal.NOT_PERMITTED
    return None


def read_person(user: Mapping[str, Any], team_id: str) -> Person:
    """
    A user object of `users.info`, seen from workspace `team_id`.

    Absent flags count as they do at Slack: false. A user of another organisation is a stranger in a shared channel.
    """
    profile = user.get("profile") or {}
    # In an organisation a user has one home workspace, and works in several.
    teams = (user.get("team_id"), *((user.get("enterprise_user") or {}).get("teams") or ()))
    strange = user.get("is_stranger") or user.get("deleted") or user.get("is_bot")
    return Person(
        user_id=str(user.get("id", "")),
        name=str(profile.get("display_name") or user.get("real_name") or user.get("name") or user.get("id", "")),
        is_ours=not strange and team_id in teams,
        is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        is_admin=bool(user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner")),
        language=str(user.get("locale") or "en").partition("-")[0],
        time_zone=str(user.get("tz") or "UTC"),
        email=str(profile["email"]) if profile.get("email") else None,
    )


class People:
    """The users of our workspaces, each remembered for five minutes."""

    def __init__(self, client_of: ClientOf, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._client_of = client_of
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[datetime, Person]] = {}

    async def get(self, user_id: str, team_id: str) -> Person:
        """
        The user, by the id as the store keeps it, as workspace `team_id` sees them.

        Raises:
            SlackApiError: when Slack does not tell; who is not known may do nothing.
            NotInstalled
        """
        now = self._clock()
        asked_at, person = self._known.get((user_id, team_id), (None, None))
        if asked_at and person and now - asked_at < REMEMBERED_FOR:
            return person
        client = await self._client_of(workspace_of(user_id))
        answer = await client.users_info(user=slack_id(user_id), include_locale=True)
        person = replace(read_person(answer["user"], team_id), user_id=user_id)
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[user_id, team_id] = now, person
        return person
