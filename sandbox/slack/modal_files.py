"""Files that people put into modals: uploaded at once, told to the app with the submission, fetched with its token."""

from typing import Any

from sandbox.slack.files_api import described
from sandbox.slack.inputs import Values
from sandbox.slack.workspace import File, Workspace

LARGEST = 10_000_000


def put_file(workspace: Workspace, user: str, name: str, content: bytes) -> str:
    """
    Choose a file for a modal, for oneself and the app alone; the id by which the modal's state names it.

    Raises:
        ValueError: Slack's client does not take it.
    """
    if not content or len(content) > LARGEST:
        raise ValueError("a file in a modal has content, and at most 10 MB")
    file = File(workspace.new_id("F"), name, len(content), content=content, completed=True, ready_at=0.0, user=user)
    workspace.files[file.id] = file
    return file.id


def with_files(workspace: Workspace, values: Values, root: str) -> Values:
    """
    Values of a modal with files as Slack tells the app of them, in place of their ids.

    Args:
        root: where they can be fetched, with a slash at its end.
    """

    def told(state: dict[str, Any]) -> dict[str, Any]:
        ids = [one["id"] if isinstance(one, dict) else one for one in state["files"]]
        return {**state, "files": [described(workspace, workspace.files[id_], root) for id_ in ids]}

    return {
        block_id: {key: told(one) if one.get("files") else one for key, one in states.items()}
        for block_id, states in values.items()
    }
