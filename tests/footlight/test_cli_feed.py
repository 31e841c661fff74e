"""The feed on the command line: what one asks it for, and pages."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.footlight.commands import FAIR, documented, footlight, printed, shape
from tests.footlight.conftest import on_both

pytestmark = pytest.mark.usefixtures("logs_undone")
P1, P2 = "p1@firma1.example", "p2@firma2.example"


@on_both
async def test_feed(installed: Path, click: Callable[..., None]) -> None:
    """The feed is narrowed by what people call things, and paged; what is not known is said so."""
    await footlight("groups", "import", "Customers")
    await footlight("campaigns", "create", *FAIR, "--default")
    click(P1)
    click(P2)

    whole = await printed("feed")
    assert shape(whole) == shape(documented("feed"))
    assert [(one["email"], one["kind"]) for one in whole] == [(P2, "first"), (P1, "first")]
    for narrowed in (
        ("--contact", "P1@firma1.example"),
        ("--account", "firma1.example"),
        ("--account", "firma1.example", "--campaign", "fair", "--owner", "olga owner", "--kind", "first"),
        ("--before", str(whole[0]["id"]), "--from", "2026-01-01"),
    ):
        assert await printed("feed", *narrowed) == whole[1:], narrowed
    assert await printed("feed", "--kind", "return") == await printed("feed", "--until", "2026-01-01") == []
    assert f"--before {whole[0]['id']}" in (await footlight("feed", "--limit", "1")).out

    for unknown in (("--contact", "no@one.example"), ("--owner", "Nobody"), ("--account", "x.example")):
        ran = await footlight("feed", *unknown)
        assert (ran.status, ran.out) == (1, ""), unknown
