"""The state of the sandbox Slack outlives the process in one file."""

from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

from sandbox.sample_data.workspace import ANNA, ARCHIVED, GUEST, LEADS, PARTNER
from sandbox.slack import SlackSandbox, Workspace


async def test_everything_comes_back(slack: SlackSandbox, client: AsyncWebClient, tmp_path: Path) -> None:
    """Messages, what is open on screens, homes and files are the same after a restart."""
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Sure?"}, "blocks": [{"type": "divider"}]}
    ts = (await client.chat_postMessage(channel=LEADS, text="kept"))["ts"]
    await client.reactions_add(channel=LEADS, timestamp=ts, name="eyes")
    await client.views_open(trigger_id=slack.triggers.make(ANNA), view=view)
    await client.views_publish(user_id=ANNA, view={"type": "home", "blocks": [{"type": "divider"}]})
    await client.files_upload_v2(channel=LEADS, filename="a.png", content=b"\x00\xff")
    await client.files_getUploadURLExternal(filename="unfinished.png", length=3)
    slack.workspace.save(tmp_path / "slack.json")

    again = Workspace.load(tmp_path / "slack.json")

    for name in ("users", "channels", "messages", "stacks", "homes", "files"):
        assert getattr(again, name) == getattr(slack.workspace, name)


async def test_ids_and_moments_go_on(slack: SlackSandbox, tmp_path: Path) -> None:
    """After a restart no id and no `ts` is given a second time."""
    before = [slack.workspace.new_id("V"), slack.workspace.post(LEADS, ANNA, "x").ts]
    slack.workspace.save(tmp_path / "slack.json")

    again = Workspace.load(tmp_path / "slack.json", now=lambda: 0.0)

    assert again.new_id("V") > before[0]
    assert again.new_ts() > before[1]


def test_sample_has_people_of_every_kind(workspace: Workspace) -> None:
    """An admin, an owner, a guest and a stranger; a private, an archived and a shared channel."""
    assert workspace.users[ANNA].is_admin
    assert workspace.users[GUEST].is_restricted
    assert workspace.users[PARTNER].team_id != workspace.users[ANNA].team_id
    assert any(one.is_owner for one in workspace.users.values())
    assert workspace.channels[ARCHIVED].is_archived
    assert {one.kind for one in workspace.channels.values()} == {"public", "private", "im"}
