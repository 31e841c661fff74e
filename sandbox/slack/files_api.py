"""Uploads in three steps, as `files.getUploadURLExternal` and its kin do them, and the delay after the third."""

from typing import Any
from urllib.parse import quote

from sandbox.slack.call import Call, Json, SlackError, ok
from sandbox.slack.content import check_blocks, settled
from sandbox.slack.workspace import BOT_USER, Channel, File, Workspace

LARGEST_FILE = 1_000_000_000
LONGEST_ALT_TEXT = 1_000
MOST_CHANNELS = 100
TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "csv": "text/csv",
    "txt": "text/plain",
    "pdf": "application/pdf",
}


def get_upload_url(call: Call) -> Json:
    name, length = call.require("filename"), call.count("length", 0, LARGEST_FILE)
    if len(alt_text := call.text("alt_txt")) > LONGEST_ALT_TEXT:
        raise SlackError("alt_txt_too_large")
    file = File(call.workspace.new_id("F"), name, length, alt_text)
    call.workspace.files[file.id] = file
    return ok(upload_url=f"{call.base_url}upload/{file.id}", file_id=file.id)


def receive_upload(workspace: Workspace, file_id: str, content: bytes) -> str | None:
    """The answer to the second step, which wants no token; None: refused."""
    file = workspace.files.get(file_id)
    if file is None or file.completed or len(content) != file.length:
        return None
    file.content = content
    return f"OK - {len(content)}"


def complete_upload(call: Call) -> Json:
    """Without a channel the files stay private. The messages appear later, and the answer does not name them."""
    files = [_waiting(call, one) for one in _listed(call)]
    channels = [_shareable(call, one) for one in [*call.ids("channel_id"), *call.ids("channels")]]
    blocks = call.json("blocks")
    if blocks is not None:
        check_blocks(call.workspace, blocks)
    comment = call.text("initial_comment")
    for file in files:
        file.completed, file.ready_at = True, call.workspace.now() + call.file_delay
    for channel in channels:
        # The comment beats the blocks.
        shown = [] if comment else settled(blocks) or []
        message = call.workspace.post(
            channel.id,
            BOT_USER,
            comment,
            blocks=shown,
            files=[one.id for one in files],
            thread_ts=call.text("thread_ts") or None,
        )
        for file in files:
            file.shares[channel.id] = message.ts
    return ok(files=[{"id": one.id, "title": one.title} for one in files])


def _listed(call: Call) -> list[Json]:
    files = call.json("files")
    if not isinstance(files, list) or not files or not all(isinstance(one, dict) and "id" in one for one in files):
        raise SlackError("invalid_arguments", messages=["missing required field: files"])
    return files


def _waiting(call: Call, told: Json) -> File:
    file = call.workspace.files.get(str(told["id"]))
    if file is None or file.content is None or file.completed:
        raise SlackError("file_not_found")
    file.title = str(told.get("title") or file.name)
    return file


def _shareable(call: Call, channel_id: str) -> Channel:
    if len(call.ids("channels")) > MOST_CHANNELS:
        raise SlackError("channels_limit_exceeded")
    channel = call.workspace.channels.get(channel_id)
    if channel is None or (channel.kind != "public" and BOT_USER not in channel.members):
        raise SlackError("channel_not_found")
    if BOT_USER not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def file_info(call: Call) -> Json:
    file = call.workspace.files.get(call.require("file"))
    if file is None or file.content is None:
        raise SlackError("file_not_found")
    return ok(file=described(call.workspace, file, call.base_url), comments=[], response_metadata={"next_cursor": ""})


def described(workspace: Workspace, file: File, root: str) -> Json:
    """A file as `files.info` and modals tell it; type and shares are empty until it has been processed."""
    is_ready = file.ready_at <= workspace.now()
    private = f"{root}files-pri/{workspace.team.id}-{file.id}"
    ending = file.name.rpartition(".")[2].lower()
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": TYPES.get(ending, "application/octet-stream") if is_ready else "",
        "filetype": ending if is_ready else "",
        "size": file.length,
        "alt_txt": file.alt_text,
        "user": file.user,
        "user_team": workspace.team.id,
        "is_public": bool(file.shares),
        "url_private": f"{private}/{quote(file.name)}",
        "url_private_download": f"{private}/download/{quote(file.name)}",
        "permalink": f"{workspace.team.home_url}files/{file.user}/{file.id}/{quote(file.name)}",
        "shares": _shares(workspace, file) if is_ready else {},
    }


def _shares(workspace: Workspace, file: File) -> Json:
    told: dict[str, dict[str, list[Any]]] = {}
    for channel_id, ts in file.shares.items():
        kind = "public" if workspace.channels[channel_id].kind == "public" else "private"
        told.setdefault(kind, {})[channel_id] = [{"ts": ts, "channel_name": workspace.channels[channel_id].name}]
    return told
