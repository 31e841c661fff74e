"""Target groups that are kept by hand, in Slack: made, filled, emptied, renamed and deleted in modals."""

from typing import Any

from sandbox.sample_data.workspace import GENERAL, JONAS, OLIVER
from sandbox.slack import Modal, SlackSandbox
from storage import Store, audit, groups_by_hand, target_groups
from storage.campaign_changes import NewCampaign, campaign_as_new, create_campaign
from storage.opt_out_asked import opt_out
from tests.bot.conftest import Bot, seen
from tests.storage.people import HASHER, T0, a_state, store_all

HOSTILE = "<!channel> *Fair* & <http://x.y|z>"


async def said(slack: SlackSandbox, bot: Bot, words: str, user: str = OLIVER) -> str:
    """The `ts` of what a command is answered."""
    await slack.people.command(user, GENERAL, "/footlight", words)
    await bot.dispatch.drain(30)
    return seen(slack, GENERAL)[-1].ts


async def top(slack: SlackSandbox) -> Modal:
    return (await slack.until(lambda: slack.workspace.stacks.get(OLIVER), within=30))[-1]


async def listed(slack: SlackSandbox, bot: Bot, words: str = "setup") -> Modal:
    """The list of groups."""
    ts = await said(slack, bot, words)
    await slack.people.press(OLIVER, GENERAL, ts, "setup_groups")
    await bot.dispatch.drain(30)
    return await top(slack)


async def pressed(slack: SlackSandbox, bot: Bot, action: str, option: str | None = None) -> Modal:
    """The modal that something in the list opens."""
    await slack.people.press_in_view(OLIVER, (await top(slack)).id, action, option=option)
    await bot.dispatch.drain(30)
    return await top(slack)


async def submit(slack: SlackSandbox, bot: Bot, **answers: str) -> Modal | None:
    """What stands on the screen after the topmost modal was submitted; None: nothing."""
    values: dict[str, Any] = {f"group_{key}": {f"group_{key}": {"value": text}} for key, text in answers.items()}
    answer = await slack.people.submit(OLIVER, (await top(slack)).id, values)
    assert not answer.failure
    await bot.dispatch.drain(30)
    return next(reversed(slack.workspace.stacks.get(OLIVER) or []), None)


def text_of(modal: Modal | None) -> str:
    return str(modal.view["blocks"]) if modal else ""


def actions_noted(store: Store) -> list[tuple[str, str | None]]:
    entries = store.read_now(audit.newest, 20)
    return [(one.action, one.group) for one in reversed(entries) if one.actor == f"slack:{OLIVER}"]


async def test_a_group_is_made_and_kept(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Good addresses are taken and bad ones told; more are put in, taken out, it is renamed, and the audit names it."""
    store_all(store, a_state())
    store.write_now(opt_out, "away@firma.de", actor="cli", hasher=HASHER, now=T0)
    assert "No target group is kept by hand yet" in text_of(await listed(slack, bot))
    await pressed(slack, bot, "new_group")
    typed = "Max <max@firma.de>; new@firma.de\nnobody, <!here>x away@firma.de"

    told = await submit(slack, bot, name=HOSTILE, who=typed)

    assert "2 addresses put in" in text_of(told)
    assert "nobody, !here, x" in text_of(told)
    assert "1 was not taken" in text_of(told)
    assert "<!channel>" not in text_of(told)
    (group,) = store.read_now(target_groups.by_hand)
    assert (group.name, group.size, group.waiting) == (HOSTILE, 1, 1)
    assert "1 target group is kept by hand" in seen(slack, GENERAL)[-1].blocks[5]["text"]["text"]
    the_list = await submit(slack, bot, who="max@firma.de eva@firma.de")
    assert "1 member · 2 more join" in text_of(the_list)

    await pressed(slack, bot, "group_menu", f"take_out {group.id}")
    told = await submit(slack, bot, who="max@firma.de stranger@firma.de")
    assert "1 member taken out" in text_of(told)
    await submit(slack, bot, who="eva@firma.de")
    await pressed(slack, bot, "group_menu", f"rename {group.id}")
    assert "Fair 2027" in text_of(await submit(slack, bot, name=" Fair  2027 "))

    (group,) = store.read_now(target_groups.by_hand)
    assert (group.name, group.size, group.waiting) == ("Fair 2027", 0, 1)
    words = ("made a", "changed a", "changed a", "changed a", "changed a", "renamed a")
    assert actions_noted(store) == [(f"{word} target group", "Fair 2027") for word in words]


async def test_a_group_is_deleted_after_two_questions(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """The first question names the campaigns that lose the group; only after the second one it is gone."""
    group_id = store.write_now(groups_by_hand.create, "Fair", actor="cli", now=T0)
    new = NewCampaign(name="C", target_url="https://o.de", image_url="https://o.de/b.png", groups=("Fair",))
    store.write_now(create_campaign, new, now=T0)
    await listed(slack, bot, "groups")

    asked = await pressed(slack, bot, "group_menu", f"delete {group_id}")
    assert "lose it: C." in text_of(asked)
    again = await submit(slack, bot)
    assert ("Really delete *Fair*" in text_of(again), len(store.read_now(target_groups.by_hand))) == (True, 1)
    assert "No target group is kept by hand yet" in text_of(await submit(slack, bot))

    assert (store.read_now(target_groups.by_hand), store.read_now(campaign_as_new, "C").groups) == ([], ())
    assert actions_noted(store) == [("deleted a target group", "Fair")]
    assert "target groups of people whom you name" in seen(slack, GENERAL)[-1].text


async def test_what_is_in_the_way(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A name that is taken, a group that was renamed or deleted meanwhile: a clear word, and nothing is changed."""
    group_id = store.write_now(groups_by_hand.create, "Fair", actor="cli", now=T0)
    await listed(slack, bot)
    modal = await pressed(slack, bot, "new_group")
    await submit(slack, bot, name="FAIR", who="max@firma.de")
    assert "Another target group" in modal.errors["group_name"]
    await slack.people.close(OLIVER, modal.id)

    modal = await pressed(slack, bot, "group_menu", f"add {group_id}")
    store.write_now(groups_by_hand.rename, group_id, "Other", actor="cli", now=T0)
    await submit(slack, bot, who="max@firma.de")
    assert "renamed" in modal.errors["group_who"]
    await slack.people.close(OLIVER, modal.id)
    await pressed(slack, bot, "group_menu", f"delete {group_id}")
    store.write_now(groups_by_hand.rename, group_id, "Third", actor="cli", now=T0)
    await submit(slack, bot)
    assert "renamed" in text_of(await submit(slack, bot))
    (group,) = store.read_now(target_groups.by_hand)
    assert (group.name, group.size, group.waiting) == ("Third", 0, 0)


async def test_nobody_else_keeps_groups(bot: Bot, slack: SlackSandbox) -> None:
    """Who may not decide is told so."""
    await said(slack, bot, "groups", JONAS)

    assert "setup_groups" not in str(seen(slack, GENERAL)[-1].blocks)
