"""Who may do what is decided on what Slack says of a user."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.permissions import People, Refusal, Right, read_person, refusal
from bot.web_client import always
from sandbox.sample_data.workspace import ANNA
from sandbox.slack import SlackSandbox

MEMBER = {"id": "U1", "team_id": "T1", "locale": "de-DE", "tz": "Europe/Berlin", "profile": {"display_name": "Anna"}}

CASES: dict[str, tuple[dict[str, Any], Refusal | None, Refusal | None, Refusal | None]] = {
    "member": ({}, None, None, Refusal.NOT_PERMITTED),
    "admin": ({"is_admin": True}, None, None, None),
    "owner": ({"is_owner": True}, None, None, None),
    "primary owner": ({"is_primary_owner": True}, None, None, None),
    "guest": ({"is_restricted": True}, Refusal.GUEST, Refusal.GUEST, Refusal.GUEST),
    "single-channel guest": ({"is_ultra_restricted": True}, Refusal.GUEST, Refusal.GUEST, Refusal.GUEST),
    "of another team": ({"team_id": "T2", "is_admin": True}, Refusal.STRANGER, Refusal.STRANGER, Refusal.STRANGER),
    "stranger": ({"is_stranger": True}, Refusal.STRANGER, Refusal.STRANGER, Refusal.STRANGER),
    "of another workspace of our organisation": (
        {"team_id": "T2", "enterprise_user": {"teams": ["T1", "T2"]}},
        None,
        None,
        Refusal.NOT_PERMITTED,
    ),
    "deactivated": ({"deleted": True, "is_admin": True}, Refusal.STRANGER, Refusal.STRANGER, Refusal.STRANGER),
    "bot": ({"is_bot": True}, Refusal.STRANGER, Refusal.STRANGER, Refusal.STRANGER),
    "nearly nothing told": ({"team_id": None}, Refusal.STRANGER, Refusal.STRANGER, Refusal.STRANGER),
}


@pytest.mark.parametrize("case", CASES)
def test_rights(case: str) -> None:
    """Members see and work; admins and owners decide; guests and other teams get nothing."""
    told, *expected = CASES[case]
    person = read_person(MEMBER | told, "T1")

    assert [refusal(person, right) for right in (Right.SEE, Right.WORK, Right.DECIDE)] == expected


def test_language_and_zone() -> None:
    """Language is the locale's; what Slack does not tell is English and UTC."""
    person = read_person(MEMBER, "T1")
    bare = read_person({"id": "U2", "team_id": "T1"}, "T1")

    assert (person.name, person.language, person.time_zone) == ("Anna", "de", "Europe/Berlin")
    assert (bare.name, bare.language, bare.time_zone) == ("U2", "en", "UTC")


async def test_people_are_asked_for_every_five_minutes(slack: SlackSandbox, client: AsyncWebClient) -> None:
    """Slack is asked once in five minutes; then a right that was taken away is gone."""
    moment = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
    people = People(always(client), clock=lambda: moment)
    assert (await people.get(ANNA, "TNORDWERK")).is_admin
    slack.workspace.users[ANNA].is_admin = False
    assert (await people.get(ANNA, "TNORDWERK")).is_admin
    assert slack.requests["users.info"] == 1

    moment += timedelta(minutes=5)

    assert not (await people.get(ANNA, "TNORDWERK")).is_admin
