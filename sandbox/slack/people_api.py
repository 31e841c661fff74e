"""The Web API's methods on users, the team and the app itself."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox.slack.block_kit import message_faults, view_faults
from sandbox.slack.call import Call, Json, SlackError, ok
from sandbox.slack.workspace import APP_ID, BOT_ID, BOT_USER, TEAM_ID, User


def auth_test(call: Call) -> Json:
    return ok(
        url="https://nordwerk.slack.example/",
        team="Nordwerk",
        user="footlight",
        team_id=TEAM_ID,
        user_id=BOT_USER,
        bot_id=BOT_ID,
        app_id=APP_ID,
        is_enterprise_install=False,
    )


def user_info(call: Call) -> Json:
    user = call.workspace.users.get(call.require("user"))
    if user is None:
        raise SlackError("user_not_found")
    return ok(user=described(user, with_locale=call.flag("include_locale")))


def user_by_email(call: Call) -> Json:
    wanted = call.require("email").lower()
    user = next((one for one in call.workspace.users.values() if one.email == wanted), None)
    if user is None:
        raise SlackError("users_not_found")
    return ok(user=described(user))


def described(user: User, *, with_locale: bool = False) -> Json:
    """A user as `users.info` tells them."""
    offset = datetime.now(ZoneInfo(user.tz)).utcoffset()
    locale = {"locale": user.locale} if with_locale else {}
    return {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name.lower().replace(" ", "."),
        "real_name": user.name,
        "deleted": False,
        "tz": user.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "is_admin": user.is_admin,
        "is_owner": user.is_owner,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
        "is_stranger": user.team_id != TEAM_ID,
        "is_bot": user.is_bot,
        "profile": {"real_name": user.name, "display_name": user.name, "email": user.email, "team": user.team_id},
        **locale,
    }


def team_info(call: Call) -> Json:
    return ok(team={"id": TEAM_ID, "name": "Nordwerk", "domain": "nordwerk"})


def validate_blocks(call: Call) -> Json:
    blocks, view = call.json("blocks"), call.json("view")
    faults = message_faults(blocks) if blocks is not None else view_faults(view)
    if faults:
        raise SlackError("invalid_blocks", messages=faults)
    return ok()
