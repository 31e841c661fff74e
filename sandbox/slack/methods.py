"""The table of the Web API's methods that the sandbox speaks, with the scope that each needs."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.slack import conversations_api, files_api, messages_api, people_api, unfurls, views_api
from sandbox.slack.call import Call, Json


@dataclass(frozen=True, slots=True)
class Method:
    """`scopes`: one of them will do; none: any token. `writes`: takes JSON bodies. `public`: needs no token."""

    run: Callable[[Call], Json]
    scopes: tuple[str, ...] = ()
    writes: bool = False
    public: bool = False


_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")

METHODS = {
    "auth.test": Method(people_api.auth_test),
    "blocks.validate": Method(people_api.validate_blocks, writes=True, public=True),
    "chat.delete": Method(messages_api.delete, ("chat:write",), writes=True),
    "chat.getPermalink": Method(messages_api.permalink),
    "chat.postEphemeral": Method(messages_api.post_ephemeral, ("chat:write",), writes=True),
    "chat.postMessage": Method(messages_api.post_message, ("chat:write",), writes=True),
    "chat.unfurl": Method(unfurls.unfurl, ("links:write",), writes=True),
    "chat.update": Method(messages_api.update, ("chat:write",), writes=True),
    "conversations.history": Method(conversations_api.history, _HISTORY),
    "conversations.info": Method(conversations_api.conversation_info, _READ),
    "conversations.join": Method(conversations_api.join, ("channels:join",), writes=True),
    "conversations.list": Method(conversations_api.conversations_list, _READ),
    "conversations.members": Method(conversations_api.members, _READ),
    "conversations.open": Method(conversations_api.open_direct, ("im:write", "mpim:write"), writes=True),
    "conversations.replies": Method(conversations_api.replies, _HISTORY),
    "files.completeUploadExternal": Method(files_api.complete_upload, ("files:write",), writes=True),
    "files.getUploadURLExternal": Method(files_api.get_upload_url, ("files:write",)),
    "files.info": Method(files_api.file_info, ("files:read",)),
    "reactions.add": Method(messages_api.react, ("reactions:write",), writes=True),
    "team.info": Method(people_api.team_info, ("team:read",)),
    "users.info": Method(people_api.user_info, ("users:read",)),
    "users.lookupByEmail": Method(people_api.user_by_email, ("users:read.email",)),
    "views.open": Method(views_api.open_view, writes=True),
    "views.publish": Method(views_api.publish, writes=True),
    "views.push": Method(views_api.push, writes=True),
    "views.update": Method(views_api.update_view, writes=True),
}
ALL_SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:join",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "links:read",
        "links:write",
        "reactions:write",
        "team:read",
        "users:read",
        "users:read.email",
    }
)
"""All that these methods want; `chat:write.public` is left out, so that posting wants membership."""
