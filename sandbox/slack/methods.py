"""The table of the Web API's methods that the sandbox speaks, with the scope that each needs."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.slack import messages_api, people_api, views_api
from sandbox.slack.call import Call, Json


@dataclass(frozen=True, slots=True)
class Method:
    """`scope` None: any token will do."""

    run: Callable[[Call], Json]
    scope: str | None = None


METHODS = {
    "auth.test": Method(people_api.auth_test),
    "blocks.validate": Method(people_api.validate_blocks),
    "chat.delete": Method(messages_api.delete, "chat:write"),
    "chat.getPermalink": Method(messages_api.permalink),
    "chat.postEphemeral": Method(messages_api.post_ephemeral, "chat:write"),
    "chat.postMessage": Method(messages_api.post_message, "chat:write"),
    "chat.update": Method(messages_api.update, "chat:write"),
    "conversations.history": Method(messages_api.history, "channels:history"),
    "conversations.info": Method(messages_api.conversation_info, "channels:read"),
    "conversations.join": Method(messages_api.join, "channels:join"),
    "conversations.list": Method(messages_api.conversations_list, "channels:read"),
    "conversations.members": Method(messages_api.members, "channels:read"),
    "conversations.open": Method(messages_api.open_direct, "im:write"),
    "conversations.replies": Method(messages_api.replies, "channels:history"),
    "team.info": Method(people_api.team_info, "team:read"),
    "users.info": Method(people_api.user_info, "users:read"),
    "users.lookupByEmail": Method(people_api.user_by_email, "users:read.email"),
    "views.open": Method(views_api.open_view),
    "views.publish": Method(views_api.publish),
    "views.push": Method(views_api.push),
    "views.update": Method(views_api.update_view),
}
ALL_SCOPES = frozenset(method.scope for method in METHODS.values() if method.scope) | {"commands"}
