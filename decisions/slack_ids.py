"""
Slack's ids as the store keeps them: `T0OTHER/C0LEADS`, as an id is unique within its workspace alone.

The ids of the first workspace stand alone, as they did when there was no other; its name among ids is empty.
"""

from datetime import UTC, datetime
from typing import Final

FIRST: Final = ""


def kept(workspace: str, slack_id: str) -> str:
    """The id of a channel or user as the store keeps it; an empty id stays empty."""
    return f"{workspace}/{slack_id}" if workspace and slack_id else slack_id


def workspace_of(kept_id: str) -> str:
    """The workspace, by its name among ids, to which a kept id belongs."""
    return kept_id.rpartition("/")[0]


def slack_id(kept_id: str) -> str:
    """The id as Slack knows it."""
    return kept_id.rpartition("/")[2]


def posted_at(ts: str) -> datetime | None:
    """When a message was posted, by its `ts`, which is its id in its channel; None where that is none."""
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return None
