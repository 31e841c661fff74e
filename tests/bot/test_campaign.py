"""Campaigns in Slack: listed, made and edited in a modal that shows the banner first; who sees what."""

from hashlib import sha256
from typing import Any

import pytest

from decisions.who_sees_what import Status
from sandbox.sample_data.workspace import GENERAL, JONAS, OLIVER
from sandbox.slack import Message, Modal, SlackSandbox
from sandbox.slack.modal_files import put_file
from storage import Store, audit
from storage.banner_files import find_file, keep_file
from storage.campaign_changes import NewCampaign, campaign_as_new, create_campaign
from storage.campaign_list import Listed, list_campaigns
from tests.bot.conftest import Bot, buttons, until_said
from tests.storage.people import T0, a_state, become_lead, store_all
from tests.storage.test_banner_files import picture

FAIR = NewCampaign(
    name="Fair", target_url="https://ours.de/fair", image_url="https://ours.de/fair.png", accounts=("firma.de",)
)


def listed(store: Store) -> list[Listed]:
    return store.read_now(list_campaigns, now=T0)


async def the_list(slack: SlackSandbox) -> Message:
    await slack.people.command(OLIVER, GENERAL, "/footlight", "campaigns")
    return await until_said(slack, GENERAL, "ampaign")


async def the_modal(slack: SlackSandbox) -> Modal:
    return (await slack.until(lambda: slack.workspace.stacks.get(OLIVER, [])))[-1]


def typed(**fields: str) -> dict[str, Any]:
    return {block: {"value": {"value": text}} for block, text in fields.items()}


def images(modal: Modal) -> list[str]:
    return [block["image_url"] for block in modal.view["blocks"] if block["type"] == "image"]


async def test_a_new_campaign(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """The first *Save* shows the banner and keeps nothing, the second keeps the campaign and who made it."""
    message = await the_list(slack)
    await slack.people.press(OLIVER, GENERAL, message.ts, "campaign_new")
    modal = await the_modal(slack)
    values = typed(name="Fair", image="https://ours.de/fair.png", target="https://ours.de/fair", accounts="firma.de")

    await slack.people.submit(OLIVER, modal.id, values)
    await bot.dispatch.drain(5)
    assert images(modal) == ["https://ours.de/fair.png"]
    assert listed(store) == []

    await slack.people.submit(OLIVER, modal.id)
    await bot.dispatch.drain(5)
    (made,) = listed(store)
    assert (made.name, made.accounts, made.adds_utm, made.status) == ("Fair", ("firma.de",), True, Status.ACTIVE)
    assert slack.workspace.stacks[OLIVER] == []
    assert "Fair" in str(message.blocks)
    (entry,) = store.read_now(audit.newest, 5)
    assert (entry.actor, entry.action) == (f"slack:{OLIVER}", "made a campaign")


async def test_edited(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """The modal opens with what the campaign is and its banner; submitted as it opens it changes nothing."""
    store.write_now(create_campaign, FAIR, now=T0)
    message = await the_list(slack)
    await slack.people.press(OLIVER, GENERAL, message.ts, "campaign_menu", option="edit:1")
    modal = await the_modal(slack)
    assert images(modal) == ["https://ours.de/fair.png"]
    await slack.people.submit(OLIVER, modal.id)
    await bot.dispatch.drain(5)
    assert store.read_now(campaign_as_new, "Fair") == FAIR

    await slack.people.press(OLIVER, GENERAL, message.ts, "campaign_menu", option="edit:1")
    await slack.people.submit(OLIVER, (await the_modal(slack)).id, typed(name="Summit", priority="3"))
    await bot.dispatch.drain(5)
    (changed,) = listed(store)
    assert (changed.name, changed.priority) == ("Summit", 3)


async def test_a_kept_file_in_the_modal(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """The banner of a kept file stays when nothing else is given; Slack fetches it from us."""
    digest = store.write_now(keep_file, picture("PNG"))
    store.write_now(create_campaign, NewCampaign(name="Fair", target_url="https://o.de", banner_digest=digest), now=T0)
    message = await the_list(slack)
    await slack.people.press(OLIVER, GENERAL, message.ts, "campaign_menu", option="edit:1")
    modal = await the_modal(slack)

    assert images(modal) == [f"https://footlight.ours.de/b/{digest}"]
    await slack.people.submit(OLIVER, modal.id)
    await bot.dispatch.drain(5)
    assert listed(store)[0].banner_digest == digest


def put(slack: SlackSandbox, modal: Modal, content: bytes, name: str = "fair.png") -> dict[str, Any]:
    """What the modal holds when somebody put in a file."""
    (block_id,) = (block["block_id"] for block in modal.view["blocks"] if block["block_id"].startswith("file"))
    return {block_id: {"value": {"files": [put_file(slack.workspace, OLIVER, name, content)]}}}


async def test_a_file_becomes_the_banner(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A file is fetched from Slack, read, kept and shown; the second *Save* makes the campaign with it."""
    message = await the_list(slack)
    await slack.people.press(OLIVER, GENERAL, message.ts, "campaign_new")
    modal = await the_modal(slack)
    values = typed(name="Fair", image="https://ours.de/fair.png", target="https://ours.de/fair", accounts="firma.de")
    octets = picture("PNG")
    digest = sha256(octets).hexdigest()

    await slack.people.submit(OLIVER, modal.id, values | put(slack, modal, octets))
    await bot.dispatch.drain(5)
    assert images(modal) == [f"https://footlight.ours.de/b/{digest}"]
    assert "Nothing is saved yet" in str(modal.view["blocks"])
    assert listed(store) == []

    await slack.people.submit(OLIVER, modal.id)
    await bot.dispatch.drain(5)
    (made,) = listed(store)
    assert (made.name, made.image_url, made.banner_digest) == ("Fair", None, digest)
    kept = store.read_now(find_file, digest)
    assert kept is not None
    assert (kept.octets, kept.content_type) == (octets, "image/png")
    assert slack.requests["download"] == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"no picture", "no PNG, JPEG or GIF"),
        (picture("PNG")[:40], "no PNG, JPEG or GIF"),
        (b"x" * 1_000_001, "at most 1 MB"),
        (picture("PNG", size=(5_001, 1)), "5,000 pixels"),
        (None, "did not give us the file"),
    ],
)
async def test_a_file_that_is_no_banner(
    content: bytes | None, told: str, store: Store, bot: Bot, slack: SlackSandbox
) -> None:
    """What is wrong with a file is told in the modal, which stays, and nothing changes."""
    store.write_now(create_campaign, FAIR, now=T0)
    message = await the_list(slack)
    await slack.people.press(OLIVER, GENERAL, message.ts, "campaign_menu", option="edit:1")
    modal = await the_modal(slack)
    values = put(slack, modal, content or picture("PNG"))
    if content is None:
        next(iter(slack.workspace.files.values())).content = None

    await slack.people.submit(OLIVER, modal.id, values)
    await bot.dispatch.drain(5)

    assert told in str(modal.view["blocks"])
    assert store.read_now(campaign_as_new, "Fair") == FAIR


async def test_an_app_that_may_not_read_files(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """An app that was made before opens the editor all the same, without the input for files."""
    slack.scopes -= {"files:read"}
    message = await the_list(slack)
    await slack.people.press(OLIVER, GENERAL, message.ts, "campaign_new")

    modal = await the_modal(slack)

    assert [block["block_id"] for block in modal.view["blocks"] if block["block_id"].startswith(("file", "image"))] == [
        "image"
    ]


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("name", "Summit", "already"),
        ("target", "javascript:1", "https://"),
        ("image", "", "https://"),
        ("accounts", "gmail.com", "gmail.com"),
        ("accounts", "no_domain!", "no domain"),
    ],
)
async def test_refused(field: str, text: str, told: str, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """What cannot be is told at its field; the modal stays, and nothing changes."""
    for name in ("Summit", "Fair"):
        store.write_now(create_campaign, NewCampaign(**{**as_fields(FAIR), "name": name}), now=T0)
    before = listed(store)
    message = await the_list(slack)
    await slack.people.press(OLIVER, GENERAL, message.ts, "campaign_menu", option="edit:2")
    modal = await the_modal(slack)

    await slack.people.submit(OLIVER, modal.id, typed(**{field: text}))
    await bot.dispatch.drain(5)

    assert list(modal.errors) == [field]
    assert told in modal.errors[field]
    assert listed(store) == before


def as_fields(campaign: NewCampaign) -> dict[str, Any]:
    return {name: getattr(campaign, name) for name in ("name", "target_url", "image_url", "accounts")}


async def test_the_menu(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Pause, resume, archive and copy show in the list at once."""
    store.write_now(create_campaign, FAIR, now=T0)
    message = await the_list(slack)
    for what, status in (("pause", "paused"), ("resume", "active"), ("archive", "archived")):
        await slack.people.press(OLIVER, GENERAL, message.ts, "campaign_menu", option=f"{what}:1")
        await bot.dispatch.drain(5)
        assert [one.status for one in listed(store)] == [status]
    await slack.people.press(OLIVER, GENERAL, message.ts, "campaign_menu", option="duplicate:1")
    await bot.dispatch.drain(5)

    assert [(one.name, one.status) for one in listed(store)] == [("Fair (2)", "paused"), ("Fair", "archived")]
    assert "Fair (2)" in str(message.blocks)


async def test_only_for_permitted_people(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A member sees the list and no way to change it; a replayed press changes nothing."""
    store.write_now(create_campaign, FAIR, now=T0)
    message = await the_list(slack)
    message.only_for = None
    await slack.people.command(JONAS, GENERAL, "/footlight", "campaigns")
    own = await until_said(slack, GENERAL, "Kampagnen")
    assert buttons(own) == []
    assert "accessory" not in own.blocks[-1]

    await slack.people.press(JONAS, GENERAL, message.ts, "campaign_menu", option="pause:1")
    await bot.dispatch.drain(5)
    assert [one.status for one in listed(store)] == ["active"]


async def test_who_sees_what(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """The campaign, the rule, and why each other one lost, now or at a moment in the asker's zone."""
    store.write_now(create_campaign, FAIR, now=T0)
    winter = NewCampaign(**{**as_fields(FAIR), "name": "Winter", "accounts": ()}, is_default=True)
    store.write_now(create_campaign, winter, now=T0)

    await slack.people.command(OLIVER, GENERAL, "/footlight", "who max@firma.de 2037-12-01T08:00")
    message = await until_said(slack, GENERAL, "*Fair*", "Priority 0", "after every campaign")
    assert "<!date^2143267200^" in message.text  # 08:00 UTC, as Oliver is in London
    await slack.people.command(OLIVER, GENERAL, "/footlight", "who jo@elsewhere.example")
    await until_said(slack, GENERAL, "*Winter*", "none of their target groups")
    await slack.people.command(OLIVER, GENERAL, "/footlight", "who max@firma.de soon")
    await until_said(slack, GENERAL, "soon", "2026-12-01T08:00")
    await slack.people.command(OLIVER, GENERAL, "/footlight", "who")
    await until_said(slack, GENERAL, "Who?")


async def test_who_sees_what_by_a_part_of_a_name(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A part of a name tells of the one whom it fits, gives several to pick from, or says whom it may mean."""
    store.write_now(create_campaign, FAIR, now=T0)
    eva = a_state("502", "eva@firma.de", properties={"firstname": "Eva", "lastname": "Mustermann"})
    store_all(store, a_state(), eva)
    become_lead(store, "j.doe@firma.de")

    await slack.people.command(OLIVER, GENERAL, "/footlight", "who eva 2037-12-01T08:00")
    assert "<!date^2143267200^" in (await until_said(slack, GENERAL, "eva@firma.de", "*Fair*")).text
    await slack.people.command(OLIVER, GENERAL, "/footlight", "who doe")
    await until_said(slack, GENERAL, "j.doe@firma.de", "*Fair*")
    await slack.people.command(OLIVER, GENERAL, "/footlight", "who evva mustermnan")
    await until_said(slack, GENERAL, "Did you mean", "Eva Mustermann")
    await slack.people.command(OLIVER, GENERAL, "/footlight", "who xyzzy")
    await until_said(slack, GENERAL, "Nobody here is called")

    await slack.people.command(OLIVER, GENERAL, "/footlight", "who mustermann 2037-12-01T08:00")
    found = await until_said(slack, GENERAL, "2 people match", "Eva", "Max")
    show = next(block["accessory"] for block in found.blocks if "Max" in str(block) and "accessory" in block)
    await slack.people.press(OLIVER, GENERAL, found.ts, "show_what_they_see", show["value"])
    assert "<!date^2143267200^" in (await until_said(slack, GENERAL, "max@firma.de", "*Fair*")).text
