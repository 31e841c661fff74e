"""`footlight check --recount`: that all numbers equal what they count, or which do not."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from storage import open_store
from tests.footlight.commands import Ran, footlight, printed
from tests.footlight.conftest import on_both

pytestmark = pytest.mark.usefixtures("logs_undone")


def numbers(ran: Ran) -> list[tuple[str, str]]:
    return [(one["state"], one["told"]) for one in ran.json if one["about"] == "numbers"]


@on_both
async def test_recount(installed: Path, database_url: str, click: Callable[..., None]) -> None:
    """The recount says over how much it went; a number that is wrong is ill, with whose it is and what it should be."""
    await printed("campaigns", "create", "Fair", "--image", "https://a.example/b.png", "--target", "https://a.example")
    await footlight("campaigns", "edit", "Fair", "--default")
    click("jo@acme.example")
    equal = await footlight("check", "--recount", "--json")
    store = open_store(database_url)
    await store.write(lambda session: session.execute(text("UPDATE counter SET clicks = 7")))
    await store.close()

    wrong = await footlight("check", "--recount", "--json")

    assert numbers(equal) == [("well", "equal to a recount of 2 views and clicks held and 0 kept in totals")]
    assert numbers(wrong) == [("ill", "clicks by people of jo@acme.example with Fair: 7 told, 1 recounted")]
    assert (equal.status, wrong.status) == (0, 1)
    assert numbers(await footlight("check", "--json")) == []
