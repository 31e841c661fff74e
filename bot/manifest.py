"""The app's manifest: `manifest.yaml` is for Socket Mode; for HTTP the same with our public URL in it."""

from copy import deepcopy
from importlib.resources import files
from typing import Any

import yaml

from bot.install import REDIRECT_PATH


def socket_mode_manifest() -> dict[str, Any]:
    """The manifest as it stands in the file."""
    read: dict[str, Any] = yaml.safe_load((files("bot") / "manifest.yaml").read_text(encoding="utf-8"))
    return read


def bot_scopes() -> list[str]:
    """What the bot asks a workspace for."""
    scopes: list[str] = socket_mode_manifest()["oauth_config"]["scopes"]["bot"]
    return scopes


def http_manifest(public_url: str) -> dict[str, Any]:
    """
    The manifest for an app that Slack reaches at `public_url`.

    Args:
        public_url: https, without a slash at its end.
    """
    manifest, url = deepcopy(socket_mode_manifest()), f"{public_url}/slack/events"
    for command in manifest["features"]["slash_commands"]:
        command["url"] = url
    manifest["oauth_config"]["redirect_urls"] = [public_url + REDIRECT_PATH]
    settings = manifest["settings"]
    settings["socket_mode_enabled"] = False
    settings["event_subscriptions"]["request_url"] = url
    settings["interactivity"]["request_url"] = url
    settings["interactivity"]["message_menu_options_url"] = url
    return manifest
