"""Campaigns on the command line: made of files and web addresses, listed, paused, and refused with a reason."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from sandbox.sample_data import BANNERS
from tests.footlight.commands import FAIR, documented, footlight, printed, shape

pytestmark = pytest.mark.usefixtures("logs_undone")


async def test_campaigns(installed: Path) -> None:
    """A campaign is made of a file or of a web address, listed, paused, resumed and archived."""
    await footlight("groups", "import", "Customers")
    picture = str(BANNERS / "spring_fair.png")
    times = ("--from", "2026-12-01T08:00+01:00", "--until", "2026-12-24")
    target = ("--target", "https://ours.example/spring?a=1")

    made = await printed(
        "campaigns", "create", "Spring", "--image", picture, *target, "--alt", "Come!", "--priority", "3"
    )
    assert shape(made) == shape(documented("campaigns create"))
    await printed("campaigns", "create", *FAIR, "--group", "Customers", "--account", "acme.example", *times)

    fair, spring = await printed("campaigns", "list")
    assert shape([fair]) == shape(documented("campaigns list"))
    assert (fair["image"], fair["banner_digest"]) == ("https://ours.example/fair.png", None)
    assert (fair["groups"], fair["accounts"]) == (["Customers"], ["acme.example"])
    # The portal is in Berlin.
    assert (fair["from"], fair["until"]) == ("2026-12-01T07:00:00Z", "2026-12-23T23:00:00Z")
    assert (spring["image"], len(spring["banner_digest"])) == (None, 64)
    assert (spring["alt"], spring["priority"], spring["target"]) == ("Come!", 3, "https://ours.example/spring?a=1")

    for verb, status in (("pause", "paused"), ("resume", "active"), ("archive", "archived")):
        assert (await footlight("campaigns", verb, "fair")).status == 0
        assert (await printed("campaigns", "list"))[0]["status"] == status


async def test_default_replaces_the_default(installed: Path) -> None:
    """A second default takes the first one's place, and says so."""
    await footlight("campaigns", "create", *FAIR, "--default")

    made = await printed("campaigns", "create", "Winter", *FAIR[1:], "--default")

    assert made["replaced_default"] == "Fair"
    assert [(one["name"], one["default"]) for one in await printed("campaigns", "list")] == [
        ("Winter", True),
        ("Fair", False),
    ]
    assert "instead of Winter" in (await footlight("campaigns", "create", "Third", *FAIR[1:], "--default")).out


def too_wide(folder: Path) -> str:
    Image.new("RGB", (5_001, 1)).save(folder / "wide.png")
    return str(folder / "wide.png")


def no_picture(folder: Path) -> str:
    (folder / "notes.png").write_text("no picture")
    return str(folder / "notes.png")


@pytest.mark.parametrize(
    ("image", "words"),
    [(too_wide, "5,000"), (no_picture, "PNG, JPEG or GIF"), (lambda folder: "missing.png", "missing.png")],
)
async def test_bad_picture(installed: Path, image: Callable[[Path], str], words: str) -> None:
    """A file that is no banner is refused with the reason, and no campaign is made."""
    ran = await footlight("campaigns", "create", "Bad", "--image", image(installed), "--target", "https://ours.example")

    assert ran.status == 1
    assert words in ran.err
    assert await printed("campaigns", "list") == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--group", "Nobody"), "footlight groups list"),
        (("--account", "gmail.com"), "gmail.com"),
        (("--account", "no domain"), "no domain"),
        (("--from", "2026-12-02", "--until", "2026-12-01"), "--until"),
        (("--target", "ftp://ours.example"), "target"),
    ],
)
async def test_refused_campaign(installed: Path, arguments: tuple[str, ...], words: str) -> None:
    """A campaign that cannot be is refused with the reason."""
    ran = await footlight("campaigns", "create", *FAIR, *arguments)

    assert ran.status == 1
    assert words in ran.err
    assert await printed("campaigns", "list") == []


@pytest.mark.parametrize("verb", ["pause", "resume", "archive"])
async def test_unknown_campaign(installed: Path, verb: str) -> None:
    """A campaign that is not there is named, with the verb that lists them."""
    ran = await footlight("campaigns", verb, "None")

    assert ran.status == 1
    assert "footlight campaigns list" in ran.err


async def test_wrong_time_is_wrong_usage(installed: Path) -> None:
    """A time that is no ISO 8601 is wrong usage."""
    ran = await footlight("campaigns", "create", *FAIR, "--from", "soon")

    assert ran.status == 2
    assert "ISO 8601" in ran.err
