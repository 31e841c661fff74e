"""Links that the app may unfurl: which of a message's it hears of, and what it shows under them."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from sandbox.slack.block_kit import message_faults
from sandbox.slack.call import Call, Json, SlackError, ok
from sandbox.slack.content import settled

_URL = re.compile(r"https?://[^\s<>|]+")
MOST_LINKS = 5


def links_in(text: str, domains: Collection[str]) -> list[Json]:
    """The links of a text whose domain, or one above it, the app's manifest names; as the event tells them."""
    links = ({"url": url, "domain": urlsplit(url).hostname or ""} for url in dict.fromkeys(_URL.findall(text)))
    return [link for link in links if any(f".{link['domain']}".endswith(f".{one}") for one in domains)][:MOST_LINKS]


def unfurl(call: Call) -> Json:
    """Show blocks under links of somebody's message; the app need not be in the channel."""
    for name in ("channel", "ts", "unfurls"):
        if not call.has(name):
            raise SlackError(f"missing_{name}")
    unfurls = call.json("unfurls")
    if not isinstance(unfurls, dict) or not all(isinstance(one, dict) for one in unfurls.values()):
        raise SlackError("invalid_unfurls_format")
    if call.text("channel") not in call.workspace.channels:
        raise SlackError("cannot_find_channel")
    message = call.workspace.find(call.text("channel"), call.text("ts"))
    if message is None or message.only_for is not None:
        raise SlackError("cannot_find_message")
    there = {link["url"] for link in links_in(message.text, call.workspace.unfurl_domains)}
    if not there.issuperset(unfurls):
        raise SlackError("cannot_unfurl_url")
    if faults := [fault for one in unfurls.values() for fault in message_faults(one.get("blocks") or [])]:
        raise SlackError("cannot_parse_attachment", faults=faults)
    message.unfurls |= {url: settled(one.get("blocks")) or [] for url, one in unfurls.items()}
    return ok()
