"""The sandbox Slack tells the app of links in its domains, and shows what it unfurls, as Slack does."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from sandbox.page.place import Place
from sandbox.page.slack_pane import App, slack_pane
from sandbox.sample_data.workspace import ANNA, LEADS
from sandbox.slack import SlackSandbox
from sandbox.slack.unfurls import links_in
from sandbox.slack.workspace import Workspace

LINK = "https://app-eu1.hubspot.com/contacts/1/record/0-1/2"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Max Mustermann"}}


def test_links_of_the_apps_domains() -> None:
    """Each once, in their order, at most five; a domain stands for those below it and for no other."""
    text = f"<{LINK}|here> {LINK} https://x.app.hubspot.com/?a=1 https://hubspot.com https://evil-app.hubspot.com"

    assert links_in(text, {"app.hubspot.com", "app-eu1.hubspot.com"}) == [
        {"url": LINK, "domain": "app-eu1.hubspot.com"},
        {"url": "https://x.app.hubspot.com/?a=1", "domain": "x.app.hubspot.com"},
    ]
    assert len(links_in(" ".join(f"https://a.example/{n}" for n in range(9)), {"a.example"})) == 5


async def test_unfurled_and_refused(
    workspace: Workspace,
    slack: SlackSandbox,
    client: AsyncWebClient,
    error_of: Callable[[Awaitable[Any]], Awaitable[str]],
) -> None:
    """Blocks stand under the link on the page; links that are not in the message, and ill-made blocks, are refused."""
    workspace.unfurl_domains = frozenset({"app-eu1.hubspot.com"})
    ts = workspace.post(LEADS, ANNA, f"look: {LINK}").ts
    await client.chat_unfurl(channel=LEADS, ts=ts, unfurls={LINK: {"blocks": [SECTION]}})
    assert 'class="blocks unfurl"' in slack_pane(workspace, Place(user=ANNA, channel=LEADS), App({}, "", ""), None)

    for arguments, code in (
        ({"channel": LEADS, "ts": "1.2", "unfurls": {}}, "cannot_find_message"),
        ({"channel": "C0", "ts": ts, "unfurls": {}}, "cannot_find_channel"),
        ({"channel": LEADS, "ts": ts, "unfurls": {f"{LINK}3": {"blocks": [SECTION]}}}, "cannot_unfurl_url"),
        ({"channel": LEADS, "ts": ts, "unfurls": {LINK: {"blocks": [{"type": "section"}]}}}, "cannot_parse_attachment"),
        ({"channel": LEADS, "ts": ts, "unfurls": [1]}, "invalid_unfurls_format"),
        ({"channel": LEADS, "ts": ts}, "missing_unfurls"),
    ):
        assert await error_of(client.api_call("chat.unfurl", json=arguments)) == code
