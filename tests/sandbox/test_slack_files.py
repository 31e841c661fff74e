"""Uploads to the sandbox Slack take Slack's three steps, and a moment until they can be shown."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.sample_data.workspace import GENERAL, LEADS, OLIVER
from sandbox.slack import SlackSandbox
from sandbox.slack.modal_files import put_file, with_files
from tests.sandbox.conftest import Clock

ErrorOf = Callable[[Awaitable[Any]], Awaitable[str]]
PNG = b"\x89PNG picture"


async def uploaded(client: AsyncWebClient, name: str = "digest.png") -> str:
    """The id of a file whose bytes are there, but that is not completed."""
    told = await client.files_getUploadURLExternal(filename=name, length=len(PNG), alt_txt="5 clicks")
    async with aiohttp.ClientSession() as session, session.post(told["upload_url"], data=PNG) as answer:
        assert (answer.status, await answer.text()) == (200, f"OK - {len(PNG)}")
    return str(told["file_id"])


def picture(file_id: str) -> list[dict[str, Any]]:
    return [{"type": "image", "slack_file": {"id": file_id}, "alt_text": "5 clicks"}]


async def test_picture_in_a_block(client: AsyncWebClient, clock: Clock, error_of: ErrorOf) -> None:
    """A file completed just now is an invalid block; once `files.info` knows its type it can be posted."""
    file_id = await uploaded(client)
    await client.files_completeUploadExternal(files=[{"id": file_id, "title": "Digest"}])
    too_soon = await error_of(client.chat_postMessage(channel=LEADS, text="x", blocks=picture(file_id)))
    before = (await client.files_info(file=file_id))["file"]["mimetype"]
    clock.added += 1
    after = (await client.files_info(file=file_id))["file"]

    assert (too_soon, before) == ("invalid_blocks", "")
    assert (after["mimetype"], after["title"], after["alt_txt"]) == ("image/png", "Digest", "5 clicks")
    assert (await client.chat_postMessage(channel=LEADS, text="x", blocks=picture(file_id)))["ok"]


async def test_shared_upload_appears_in_the_channel(client: AsyncWebClient, slack: SlackSandbox, clock: Clock) -> None:
    """The answer names no message; `files.info` tells it later."""
    told = await client.files_upload_v2(channel=LEADS, filename="digest.png", content=PNG, initial_comment="Digest")
    clock.added += 1
    shares = (await client.files_info(file=told["file"]["id"]))["file"]["shares"]

    message = slack.workspace.messages[LEADS][-1]
    assert (message.text, shares["public"][LEADS][0]["ts"]) == ("Digest", message.ts)
    assert slack.workspace.files[told["file"]["id"]].content == PNG


async def test_completing_happens_once(client: AsyncWebClient, error_of: ErrorOf) -> None:
    """The second time the file is not found, nor one that was never uploaded."""
    file_id = await uploaded(client)
    await client.files_completeUploadExternal(files=[{"id": file_id}])
    again = await error_of(client.files_completeUploadExternal(files=[{"id": file_id}]))
    empty = (await client.files_getUploadURLExternal(filename="a.png", length=3))["file_id"]

    assert again == "file_not_found"
    assert await error_of(client.files_completeUploadExternal(files=[{"id": empty}])) == "file_not_found"


async def test_sharing_wants_membership(client: AsyncWebClient, error_of: ErrorOf) -> None:
    """Into a channel where the bot is no member nothing is uploaded."""
    share = client.files_completeUploadExternal(files=[{"id": await uploaded(client)}], channel_id=GENERAL)

    assert await error_of(share) == "not_in_channel"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"filename": "a.png", "length": 0}, "invalid_arguments"),
        ({"filename": "a.png", "length": 9, "alt_txt": "x" * 1001}, "alt_txt_too_large"),
        ({"filename": "", "length": 9}, "invalid_arguments"),
    ],
)
async def test_refused_announcements(
    client: AsyncWebClient, error_of: ErrorOf, arguments: dict[str, Any], code: str
) -> None:
    """A file has a name, a length and a short description."""
    assert await error_of(client.files_getUploadURLExternal(**arguments)) == code


async def test_bytes_must_be_as_many_as_announced(client: AsyncWebClient) -> None:
    """An upload of another length is refused."""
    told = await client.files_getUploadURLExternal(filename="a.png", length=3)
    async with aiohttp.ClientSession() as session, session.post(told["upload_url"], data=PNG) as answer:
        assert answer.status == 400


async def test_only_pictures_are_shown(client: AsyncWebClient, clock: Clock, error_of: ErrorOf) -> None:
    """A table in a file is no picture."""
    file_id = await uploaded(client, "numbers.csv")
    await client.files_completeUploadExternal(files=[{"id": file_id}])
    clock.added += 1

    post = client.chat_postMessage(channel=LEADS, text="x", blocks=picture(file_id))
    assert await error_of(post) == "invalid_blocks"


async def test_file_in_a_modal(slack: SlackSandbox) -> None:
    """The app fetches it with its token; without, or without the scope, it is led to where people sign in."""
    file_id = put_file(slack.workspace, OLIVER, "a b.png", PNG)
    values = with_files(slack.workspace, {"file": {"value": {"files": [file_id]}}}, slack.base_url.removesuffix("api/"))
    (told,) = values["file"]["value"]["files"]
    assert (told["id"], told["name"], told["size"], told["mimetype"]) == (file_id, "a b.png", len(PNG), "image/png")

    async def fetched(token: str) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession() as session:
            url = told["url_private_download"]
            async with session.get(url, headers=headers, allow_redirects=False) as answer:
                return answer.status, await answer.read()

    assert await fetched(slack.bot_token) == (200, PNG)
    assert (await fetched("xoxb-another"))[0] == 302
    slack.scopes -= {"files:read"}
    assert (await fetched(slack.bot_token))[0] == 302
    with pytest.raises(ValueError, match="10 MB"):
        put_file(slack.workspace, OLIVER, "a.png", b"x" * 10_000_001)
