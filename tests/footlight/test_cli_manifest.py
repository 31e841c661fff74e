"""`footlight manifest` prints what Slack takes."""

from pathlib import Path

import pytest
import yaml

from bot.manifest import http_manifest, socket_mode_manifest
from tests.footlight.commands import run_here

pytestmark = pytest.mark.usefixtures("logs_undone")


def test_both_manifests(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed is the manifest and nothing else, for a socket and for HTTP, and makes no store."""
    monkeypatch.setenv("FOOTLIGHT_PUBLIC_URL", "https://footlight.example.com")
    socket, http = run_here("manifest"), run_here("manifest", "--http")

    assert (socket.status, socket.err, yaml.safe_load(socket.out)) == (0, "", socket_mode_manifest())
    assert yaml.safe_load(http.out) == http_manifest("https://footlight.example.com")
    assert list(alone.iterdir()) == []


def test_no_address_for_http(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an https address Slack could not call: one is told which setting is missing."""
    monkeypatch.setenv("FOOTLIGHT_PUBLIC_URL", "http://footlight.example.com")
    ran = run_here("manifest", "--http")

    assert (ran.status, ran.out) == (1, "")
    assert "FOOTLIGHT_PUBLIC_URL" in ran.err
