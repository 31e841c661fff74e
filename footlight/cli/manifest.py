"""`footlight manifest`: what is pasted where Slack asks for an app's manifest."""

from typing import Annotated

import typer
import yaml

from bot.manifest import http_manifest, socket_mode_manifest
from footlight.cli.command import log_errors_only
from footlight.cli.printing import console
from footlight.settings import BadSettings, read_settings


def manifest(
    *,
    http: Annotated[bool, typer.Option("--http", help="For HTTP at FOOTLIGHT_PUBLIC_URL, not for a socket.")] = False,
) -> None:
    """Print the manifest of the Slack app, to be pasted at api.slack.com/apps."""
    log_errors_only()
    made = http_manifest(_public_url()) if http else socket_mode_manifest()
    text = yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=1_000)
    console.print(text, markup=False, soft_wrap=True, end="")


def _public_url() -> str:
    url = read_settings().footlight_public_url
    if url is None or not url.startswith("https://"):
        raise BadSettings("FOOTLIGHT_PUBLIC_URL must be an https:// address, as Slack calls no other")
    return url
