"""Several workspaces in one Footlight: invited, each with its own channels, and gone without the others noticing."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from decisions.sealing import Keys
from footlight.cli.command import log_errors_only
from footlight.processes import RUN
from sandbox.sample_data.workspace import GENERAL, LEADS, OLIVER, sample_workspace
from sandbox.slack import Channel, SlackSandbox, User, Workspace
from sandbox.slack.sites import Site
from sandbox.slack.workspace import BOT_USER, TEAM_ID, Team
from storage import Store, install_invites, installations, open_store, outbox, subscriptions, workspaces
from storage.subscriptions import Topic
from tests.footlight.commands import KEY, footlight, printed
from tests.footlight.conftest import on_both
from tests.footlight.test_processes import running
from tests.storage.clicking import click

SECOND = "TSUEDWERK"
CLIENT = ("1234.5678", "a client secret")
SIGNING_SECRET = "a signing secret"
LEAD = "max@firma.example"


def second_workspace() -> Workspace:
    """Südwerk, whose owner and channels happen to have the same ids as Nordwerk's."""
    workspace = Workspace(team=Team(SECOND, "Südwerk", "suedwerk"))
    workspace.add_user(User(OLIVER, "Olga Süd", "olga@suedwerk.example", "de-DE", is_owner=True, team_id=SECOND))
    for channel, name in ((LEADS, "leads"), (GENERAL, "general")):
        workspace.add_channel(Channel(channel, name, members={OLIVER, BOT_USER}))
    return workspace


@dataclass
class Town:
    """Footlight running, and two workspaces that it may come into."""

    address: str
    store: Store
    slack: SlackSandbox
    first: Site
    second: Site
    http: aiohttp.ClientSession = field(repr=False)

    async def invited(self) -> str:
        """The link that somebody gets, as this process is reached."""
        secret = self.store.write_now(install_invites.invite, actor="cli", now=datetime.now(UTC))
        return f"{self.address}/slack/install?invite={secret}"

    async def get(self, url: str) -> tuple[int, str]:
        async with self.http.get(url, allow_redirects=False) as answer:
            return answer.status, unescape(await answer.text())

    async def ask_slack(self, link: str) -> str:
        """Open an invitation; the address at Slack to which its page leads."""
        status, page = await self.get(link)
        assert status == 200, page
        (url,) = re.findall(r'href="([^"]+)"', page)
        return str(url)

    async def allow(self, asked: str, site: Site, **form: str) -> str:
        """Allow it at Slack's page; where that leads."""
        page = (await self.get(asked))[1]
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
        told = hidden | {"allow": site.workspace.team.id, "user": OLIVER} | form
        async with self.http.post(
            f"{self.slack.base_url}../oauth/v2/authorize", data=told, allow_redirects=False
        ) as back:
            assert back.status == 302
            return back.headers["Location"]

    async def install(self, site: Site) -> None:
        """Install Footlight in a workspace, by an invitation of its own."""
        status, page = await self.get(await self.allow(await self.ask_slack(await self.invited()), site))
        assert (status, "is installed" in page) == (200, True), page

    async def choose(self, site: Site, topic: Topic = Topic.LEADS) -> None:
        """Let the workspace's channel be told, as its owner does in Slack."""
        await site.people.command(OLIVER, GENERAL, "/footlight", "setup")
        (message,) = await self.until(lambda: [one for one in said(site, GENERAL) if one.only_for == OLIVER][-1:])
        await site.people.press(OLIVER, GENERAL, message.ts, "setup_channels")
        (listing,) = await self.until(lambda: site.workspace.stacks.get(OLIVER))
        await site.people.press_in_view(OLIVER, listing.id, f"add_{topic}_channel")
        modal = (await self.until(lambda: site.workspace.stacks[OLIVER][1:]))[0]
        await site.people.submit(OLIVER, modal.id, {"channel": {"channel": {"selected_conversation": LEADS}}})
        await self.until(lambda: modal not in site.workspace.stacks[OLIVER])

    async def until(self, seen: Any) -> Any:
        return await self.slack.until(seen, within=30)


def said(site: Site, channel: str) -> list[Any]:
    return site.workspace.messages[channel]


def tells(site: Site, words: str) -> bool:
    return any(words in f"{one.text} {one.blocks}" for one in said(site, LEADS))


@pytest.fixture
async def slack(
    alone: Any, database_url: str, logs_undone: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SlackSandbox]:
    """Two workspaces, and the settings that lead there; the app is in neither."""
    sandbox = SlackSandbox(sample_workspace(), bot_token="unused", signing_secret=SIGNING_SECRET, client=CLIENT)
    sandbox.add_workspace(second_workspace())
    async with sandbox:
        for name, value in {
            "FOOTLIGHT_DATABASE_URL": database_url,
            "FOOTLIGHT_SECRET_KEY": KEY,
            "SLACK_CLIENT_ID": CLIENT[0],
            "SLACK_CLIENT_SECRET": CLIENT[1],
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_BASE_URL": sandbox.base_url,
        }.items():
            monkeypatch.setenv(name, value)
        log_errors_only()  # as commands do, which print in this process
        yield sandbox


@asynccontextmanager
async def footlight_in(slack: SlackSandbox, database_url: str, **settings: Any) -> AsyncIterator[Town]:
    """Everything in one process."""
    store, jar = open_store(database_url), aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as http, running(RUN, port=0, **settings) as address:
        assert address is not None
        slack.deliveries.app_url = f"{address}/slack/events"
        yield Town(address, store, slack, *slack.sites, http)
        await slack.deliveries.settled()
    await store.close()


@pytest.fixture
async def town(slack: SlackSandbox, database_url: str) -> AsyncIterator[Town]:
    """Footlight for several workspaces, of which none is there yet."""
    async with footlight_in(slack, database_url) as town:
        yield town


@on_both
async def test_each_has_its_own(town: Town) -> None:
    """Two workspaces with the same ids are told of a lead each in its own channel; one leaves, the other goes on."""
    for site in (town.first, town.second):
        await town.install(site)
        await town.until(lambda site=site: said(site, site.workspace.direct(OLIVER).id))  # the checklist
        await town.choose(site)
    click(town.store, LEAD, datetime.now(UTC))
    await town.until(lambda: tells(town.first, LEAD) and tells(town.second, LEAD))
    (message,) = [one for one in said(town.second, LEADS) if LEAD in str(one.blocks)]
    await town.second.people.press(OLIVER, LEADS, message.ts, "claim_lead")
    await town.until(lambda: tells(town.second, f"<@{OLIVER}>") and tells(town.first, "in another workspace"))

    for _ in range(2):  # in either order, and each twice
        await town.second.people.event({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}})
        await town.second.people.event({"type": "app_uninstalled"})
    await town.until(lambda: town.store.read_now(installations.since, SECOND) is None)

    before = len(said(town.second, LEADS))
    click(town.store, "eva@other.example", datetime.now(UTC))
    await town.until(lambda: tells(town.first, "eva@other.example"))
    assert len(said(town.second, LEADS)) == before
    assert town.store.read_now(outbox.subscribed, Topic.LEADS) == (outbox.slack(LEADS),)
    listed = await printed("workspaces", "list")
    assert {one["id"]: one["ended_at"] is None for one in listed} == {TEAM_ID: True, SECOND: False}


async def test_nobody_comes_uninvited(town: Town) -> None:
    """A forged or used state, or one of another browser, installs nothing, and its token is revoked at once."""
    asked = await town.ask_slack(await town.invited())
    back = await town.allow(asked, town.second)
    async with aiohttp.ClientSession() as stranger, stranger.get(back) as answer:  # another browser
        assert (answer.status, "was not installed" in await answer.text()) == (403, True)
    assert town.second.bot_token is None
    assert town.slack.requests["auth.revoke"] == 1

    forged = await town.allow(re.sub("state=[^&]+", "state=forged", asked), town.second)
    assert (await town.get(forged))[0] == 403
    assert town.second.bot_token is None

    await town.install(town.first)
    again = await town.allow(asked, town.first)
    assert (await town.get(again))[0] == 403
    held = town.store.read_now(installations.of_team, TEAM_ID, Keys.parse(KEY))
    assert held is not None
    assert town.first.bot_token == held.bot_token, "the installation that was invited goes on"
    assert [one.team_id for one in town.store.read_now(workspaces.all_workspaces)] == [TEAM_ID]


async def test_an_invitation_is_good_once(town: Town) -> None:
    """A made-up, used or old invitation leads nowhere, nor one for a whole organisation; cancelled, it stays good."""
    link, now = await town.invited(), datetime.now(UTC)
    assert (await town.get(f"{town.address}/slack/install?invite=made-up"))[0] == 403
    old = town.store.write_now(install_invites.invite, actor="cli", now=now - install_invites.GOOD_FOR)
    assert (await town.get(f"{town.address}/slack/install?invite={old}"))[0] == 403
    late = town.store.write_now(install_invites.begin, link.partition("=")[2], now=now - timedelta(minutes=10))
    assert late is not None
    assert not town.store.write_now(install_invites.use, late, now=now)
    cancelled = await town.allow(await town.ask_slack(link), town.first, allow="")
    assert "still good" in (await town.get(cancelled))[1]

    whole = await town.allow(await town.ask_slack(link), town.first, organisation="yes")
    status, page = await town.get(whole)

    assert (status, "whole organisation" in page, town.first.bot_token) == (403, True, None), page
    assert (await town.get(link))[0] == 403
    assert town.store.read_now(workspaces.all_workspaces) == ()


async def test_removed_by_command(town: Town) -> None:
    """`footlight workspaces invite` and `remove` bring a workspace in, and out, in Slack too; `check` tells of it."""
    link = urlsplit((await printed("workspaces", "invite"))["url"])
    asked = await town.ask_slack(f"{town.address}{link.path}?{link.query}")
    assert (await town.get(await town.allow(asked, town.first)))[0] == 200
    await town.choose(town.first)
    told = {one["about"]: one["state"] for one in (await footlight("check", "--json")).json}
    assert (told["Slack"], told[f"Slack workspace {TEAM_ID}"]) == ("well", "well")

    gone, again = [await footlight("workspaces", "remove", TEAM_ID, "--yes") for _ in range(2)]

    assert (gone.status, town.first.bot_token) == (0, None), gone.err
    assert (again.status, "installed in no such workspace" in again.err) == (1, True)
    assert town.store.read_now(subscriptions.channels_of, Topic.LEADS) == ()


async def test_a_newer_key(town: Town) -> None:
    """A token sealed with the old key is sealed anew when a newer one stands before it, which may then go alone."""
    await town.install(town.first)
    newer = Keys.parse(f"a newer key that is long enough,{KEY}")
    assert town.store.write_now(installations.seal_anew, newer) == 1

    held = town.store.read_now(installations.of_team, TEAM_ID, Keys(newer.secrets[:1]))

    assert held is not None
    assert held.bot_token == town.first.bot_token
    with pytest.raises(installations.CannotOpenInstallation):
        town.store.read_now(installations.of_team, TEAM_ID, Keys.parse(KEY))


async def test_from_one_to_several(slack: SlackSandbox, database_url: str) -> None:
    """Who began with a token in the settings keeps the channels, also where another workspace is installed sooner."""
    slack.site.bot_token = "xoxb-old"
    async with footlight_in(slack, database_url, slack_bot_token="xoxb-old", footlight_leads_channel=LEADS) as town:
        click(town.store, LEAD, datetime.now(UTC))
        await town.until(lambda: tells(town.first, LEAD) and town.store.read_now(workspaces.all_workspaces))

    async with footlight_in(slack, database_url) as town:
        await town.install(town.second)
        click(town.store, "eva@other.example", datetime.now(UTC))
        await town.until(lambda: town.store.read_now(subscriptions.paused))
        await town.install(town.first)
        await town.until(lambda: tells(town.first, "eva@other.example"))
        assert said(town.second, LEADS) == []
        (message,) = [one for one in said(town.first, LEADS) if LEAD in str(one.blocks)]
        await town.first.people.press(OLIVER, LEADS, message.ts, "claim_lead")
        await town.until(lambda: f"<@{OLIVER}>" in str(message.blocks))

        asked = town.slack.requests["auth.test"]
        await town.first.people.event({"type": "app_uninstalled", "event_ts": "1.0"})  # of an installation before
        await town.until(lambda: town.slack.requests["auth.test"] > asked)
        assert town.store.read_now(installations.since, TEAM_ID) is not None
