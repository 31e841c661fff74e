"""The Web API's methods on users, the team and the app itself."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox.slack.block_kit import message_faults, view_faults
from sandbox.slack.call import Call, Json, SlackError, ok
from sandbox.slack.workspace import APP_ID, BOT_ID, BOT_USER, Team, User


def auth_test(call: Call) -> Json:
    team = call.workspace.team
    return ok(
        url=team.home_url,
        team=team.name,
        user="footlight",
        team_id=team.id,
        user_id=BOT_USER,
        bot_id=BOT_ID,
        app_id=APP_ID,
        is_enterprise_install=False,
    )


def user_info(call: Call) -> Json:
    user = call.workspace.users.get(call.require("user"))
    if user is None:
        raise SlackError("user_not_found")
    with_email = "users:read.email" in call.scopes
    return ok(user=described(user, call.workspace.team, with_locale=call.flag("include_locale"), with_email=with_email))


def user_by_email(call: Call) -> Json:
    wanted = call.require("email").lower()
    users = call.workspace.users.values()
    user = next((one for one in users if one.email.lower() == wanted and one.team_id == call.workspace.team.id), None)
    if user is None or user.deleted:
        raise SlackError("users_not_found")
    return ok(user=described(user, call.workspace.team))


def described(user: User, team: Team, *, with_locale: bool = False, with_email: bool = True) -> Json:
    """A user as `users.info` tells them."""
    offset = datetime.now(ZoneInfo(user.tz)).utcoffset()
    profile = {"real_name": user.name, "display_name": user.name, "team": user.team_id}
    told = {
        "id": user.id,
        "team_id": user.team_id,
        "name": handle(user),
        "deleted": user.deleted,
        "real_name": user.name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 0,
        "profile": profile | ({"email": user.email} if with_email and user.email else {}),
        **({"locale": user.locale} if with_locale else {}),
    }
    if user.team_id != team.id:
        # Of people of other teams Slack does not tell what they may do at home.
        return told | {"is_stranger": True}
    return told | {
        "is_admin": user.is_admin or user.is_owner,
        "is_owner": user.is_owner,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
    }


def handle(user: User) -> str:
    """The old user name."""
    return user.name.lower().replace(" ", ".")


def team_info(call: Call) -> Json:
    team = call.workspace.team
    if (wanted := call.text("team")) and wanted != team.id:
        raise SlackError("team_not_found")
    icon = {"image_default": True}
    return ok(team={"id": team.id, "name": team.name, "domain": team.domain, "email_domain": "", "icon": icon})


def validate_blocks(call: Call) -> Json:
    """Exactly one of `blocks`, `view` and `message`; missing text is no fault here."""
    given = [name for name in ("blocks", "view", "message") if call.has(name)]
    if len(given) != 1:
        raise SlackError("invalid_arguments", messages=["exactly one of blocks, view, message is needed"])
    told = call.json(given[0])
    if given[0] == "message":
        told = told.get("blocks") if isinstance(told, dict) else told
    faults = view_faults(told) if given[0] == "view" else message_faults(told)
    if faults:
        raise SlackError("invalid_blocks", faults=faults, errors=[one.told() for one in faults])
    return ok()
