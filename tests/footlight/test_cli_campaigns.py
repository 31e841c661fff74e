"""Campaigns on the command line: made of files and web addresses, edited, listed, paused, refused; who sees what."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from sandbox.sample_data import BANNERS
from tests.footlight.commands import FAIR, documented, footlight, printed, shape
from tests.footlight.conftest import on_both

pytestmark = pytest.mark.usefixtures("logs_undone")


@on_both
async def test_campaigns(installed: Path) -> None:
    """A campaign is made of a file or of a web address, listed, paused, resumed, archived and deleted."""
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
    assert fair["performance"] == {"views": 0, "clicks": 0, "click_rate": None, "machine_clicks": 0}
    assert (fair["state"], spring["state"], spring["utm"]) == ("not_started", "in_force", True)
    assert spring["link"] == "https://ours.example/spring?a=1&utm_source=signature&utm_medium=email&utm_campaign=Spring"
    assert (fair["image"], fair["banner_digest"]) == ("https://ours.example/fair.png", None)
    assert (fair["groups"], fair["accounts"]) == (["Customers"], ["acme.example"])
    # The portal is in Berlin.
    assert (fair["from"], fair["until"]) == ("2026-12-01T07:00:00Z", "2026-12-23T23:00:00Z")
    assert (spring["image"], len(spring["banner_digest"])) == (None, 64)
    assert (spring["alt"], spring["priority"], spring["target"]) == ("Come!", 3, "https://ours.example/spring?a=1")

    for verb, status in (("pause", "paused"), ("resume", "active"), ("archive", "archived")):
        assert (await footlight("campaigns", verb, "fair")).status == 0
        assert (await printed("campaigns", "list"))[0]["status"] == status
    assert "archived" in (await footlight("campaigns", "list")).out
    assert "footlight campaigns archive" in (await footlight("campaigns", "delete", "spring")).err
    assert "its numbers stay" in (await footlight("campaigns", "delete", "fair", "--yes")).out
    assert [one["name"] for one in await printed("campaigns", "list")] == ["Spring"]
    assert (await printed("performance", "campaign", "Fair"))["name"] == "Fair"


async def test_edited(installed: Path) -> None:
    """An edit changes what is given, takes away what is cleared, and leaves the rest."""
    await footlight("groups", "import", "Customers")
    who = ("--group", "Customers", "--account", "acme.example", "--own", "--no-utm")
    await printed(
        "campaigns", "create", *FAIR, *who, "--from", "2026-12-01", "--until", "2026-12-24", "--priority", "3"
    )
    (before,) = await printed("campaigns", "list")

    new = ("--name", "Summit", "--account", "other.example", "--priority", "0", "--no-own", "--utm", "--default")
    made = await printed("campaigns", "edit", "fair", *new, "--clear", "groups", "--clear", "until")
    assert shape(made) == shape(documented("campaigns create"))
    (after,) = await printed("campaigns", "list")

    changed = {key for key in before if before[key] != after[key]}
    assert changed == {"name", "accounts", "priority", "own", "utm", "link", "default", "groups", "until"}
    assert (after["name"], after["accounts"], after["groups"]) == ("Summit", ["other.example"], [])
    assert (after["priority"], after["until"], after["from"]) == (0, None, "2026-11-30T23:00:00Z")

    await printed("campaigns", "edit", "Summit", "--image", str(BANNERS / "spring_fair.png"), "--alt", "Come!")
    (pictured,) = await printed("campaigns", "list")
    assert (pictured["image"], len(pictured["banner_digest"]), pictured["alt"]) == (None, 64, "Come!")


async def test_copy(installed: Path) -> None:
    """A copy is paused, under a name that is given or made."""
    await footlight("campaigns", "create", *FAIR, "--default")

    assert (await printed("campaigns", "duplicate", "Fair"))["name"] == "Fair (2)"
    assert "paused" in (await footlight("campaigns", "duplicate", "Fair", "Summit")).out
    listed = [(one["name"], one["status"], one["default"]) for one in await printed("campaigns", "list")]
    assert listed == [("Summit", "paused", False), ("Fair (2)", "paused", False), ("Fair", "active", True)]


async def test_picture_that_moves(installed: Path) -> None:
    """Whoever gives a moving picture is told what Outlook makes of it."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("teal", "navy")]
    frames[0].save(installed / "moves.gif", save_all=True, append_images=frames[1:])

    told = (await footlight("campaigns", "create", "Fair", "--image", str(installed / "moves.gif"), *FAIR[3:])).out

    assert "first frame" in told


@on_both
async def test_who_sees_what(installed: Path) -> None:
    """For an address and a moment: the campaign, the rule, and why each other one lost; nothing is kept of it."""
    await footlight("campaigns", "create", *FAIR, "--default")
    winter = ("--account", "acme.example", "--from", "2037-06-01T08:00", "--time-zone", "Europe/Berlin")
    await footlight("campaigns", "create", "Winter", *FAIR[1:], *winter)
    await footlight("campaigns", "create", "Summit", *FAIR[1:], "--account", "acme.example", "--priority", "-1")

    now = await printed("campaigns", "who", "Jo@Mail.ACME.example")
    later = await printed("campaigns", "who", "jo@acme.example", "--at", "2037-06-01T08:00+02:00")
    other = await footlight("campaigns", "who", "jo@elsewhere.example")

    assert shape(now) == shape(documented("campaigns who"))
    assert (now["email"], now["campaign"]["name"], now["rule"]) == ("jo@mail.acme.example", "Summit", "account")
    assert {one["name"]: one["because"] for one in now["lost"]} == {
        "Fair": "the default comes after every campaign that reaches them",
        "Winter": "it starts 2037-06-01 06:00 UTC",
    }
    assert (later["at"], later["campaign"]["name"]) == ("2037-06-01T06:00:00Z", "Winter")
    assert {one["name"]: one["because"] for one in later["lost"]}["Summit"] == "its priority -1 is lower than 0"
    assert "Fair" in other.out
    assert "none of their target groups" in " ".join(other.out.split())
    assert (await footlight("export", "jo@acme.example")).status == 1


async def test_who_sees_what_in_a_group(installed: Path) -> None:
    """The target group that chose is named; a colleague sees what is made for our own people."""
    await footlight("groups", "import", "Customers")
    await footlight("campaigns", "create", *FAIR, "--group", "Customers", "--default")
    member = (await printed("contacts", "list"))[0]["email"]

    assert (await printed("campaigns", "who", member))["groups"] == ["Customers"]
    assert (await footlight("campaigns", "who", "no address")).status == 1


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
        (("--priority", "9999999999"), "1,000,000"),
    ],
)
async def test_refused_campaign(installed: Path, arguments: tuple[str, ...], words: str) -> None:
    """A campaign that cannot be is refused with the reason."""
    ran = await footlight("campaigns", "create", *FAIR, *arguments)

    assert ran.status == 1
    assert words in ran.err
    assert await printed("campaigns", "list") == []


@pytest.mark.parametrize("verb", ["pause", "resume", "archive", "delete", "edit", "duplicate"])
async def test_unknown_campaign(installed: Path, verb: str) -> None:
    """A campaign that is not there is named, with the verb that lists them."""
    ran = await footlight("campaigns", verb, "None")

    assert ran.status == 1
    assert "footlight campaigns list" in ran.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--from", "soon"), "ISO 8601"),
        (("--from", "2027-03-28T02:30", "--time-zone", "Europe/Berlin"), "left out"),
        (("--until", "2026-10-25T02:30", "--time-zone", "Europe/Berlin"), "twice"),
        (("--time-zone", "Berlin"), "Europe/Berlin"),
    ],
)
async def test_wrong_time_is_wrong_usage(installed: Path, options: tuple[str, ...], words: str) -> None:
    """A time that is none, or two, is wrong usage, and so is a zone that nobody knows."""
    ran = await footlight("campaigns", "create", *FAIR, *options)

    assert ran.status == 2
    assert words in " ".join(ran.err.replace("│", " ").split())
