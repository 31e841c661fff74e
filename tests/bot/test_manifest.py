"""The manifest is one that Slack takes, and names what the bot answers."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot import unfurl
from bot.conversations import CONVERSATIONS, Kind
from bot.manifest import http_manifest, socket_mode_manifest

SCHEMA = json.loads((Path(__file__).parents[1] / "fixtures/slack/manifest.schema.2.0.0.json").read_text())
MANIFESTS = {"socket mode": socket_mode_manifest(), "http": http_manifest("https://footlight.ours.de")}


def named(kind: Kind) -> set[str]:
    return {one.name for one in CONVERSATIONS if one.kind is kind}


@pytest.mark.parametrize("manifest", MANIFESTS.values(), ids=MANIFESTS)
def test_manifest_is_valid(manifest: dict[str, Any]) -> None:
    """Slack's own schema finds nothing to complain of."""
    jsonschema.validate(manifest, SCHEMA)


def test_manifest_names_what_the_bot_answers() -> None:
    """Commands, shortcuts and events are the same in the manifest and in the table of conversations."""
    manifest = MANIFESTS["socket mode"]
    features, settings = manifest["features"], manifest["settings"]

    assert {one["command"] for one in features["slash_commands"]} == named(Kind.COMMAND)
    assert {one["callback_id"] for one in features["shortcuts"]} == named(Kind.SHORTCUT)
    events = {one.partition(".")[0] for one in settings["event_subscriptions"]["bot_events"]}
    assert events == named(Kind.EVENT)


def test_manifest_names_where_links_are_unfurled() -> None:
    """HubSpot's hosts, at most five as Slack wants it, each of which the bot knows; and the scopes that this takes."""
    manifest = MANIFESTS["socket mode"]
    domains = manifest["features"]["unfurl_domains"]

    assert len(domains) <= 5
    assert all(unfurl.contact_of(f"https://{one}/contacts/1/record/0-1/2") == ("1", "2") for one in domains)
    assert {"links:read", "links:write"} <= set(manifest["oauth_config"]["scopes"]["bot"])


def test_socket_mode_manifest_has_no_url() -> None:
    """With Socket Mode on, Slack refuses URLs."""
    assert 'url":' not in json.dumps(MANIFESTS["socket mode"])


def test_http_manifest_leads_everything_to_one_address() -> None:
    """Commands, events and interactions come to the one endpoint that checks their proof."""
    manifest, url = MANIFESTS["http"], "https://footlight.ours.de/slack/events"

    assert {one["url"] for one in manifest["features"]["slash_commands"]} == {url}
    assert manifest["settings"]["event_subscriptions"]["request_url"] == url
    assert manifest["settings"]["interactivity"]["request_url"] == url
    assert manifest["settings"]["interactivity"]["message_menu_options_url"] == url
    assert manifest["settings"]["socket_mode_enabled"] is False
    assert manifest["oauth_config"]["redirect_urls"] == ["https://footlight.ours.de/slack/oauth_redirect"]


def test_people_can_write_to_the_bot() -> None:
    """Without the Messages tab nobody could send it a direct message."""
    home = MANIFESTS["socket mode"]["features"]["app_home"]

    assert (home["messages_tab_enabled"], home["messages_tab_read_only_enabled"]) == (True, False)
