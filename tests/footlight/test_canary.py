"""Canaries: a whole Footlight, with values that must never be seen in what it logs and tells of itself."""

import asyncio
import io
import json
import logging
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from inspect import isawaitable
from pathlib import Path
from time import monotonic
from typing import Any

import aiohttp
import pytest
from sqlmodel import Session, col, func, select

from footlight.logging import set_up_logging
from footlight.opening import open_all
from footlight.processes import RUN, serve
from footlight.settings import Settings, read_settings
from sandbox.hubspot import Crm, HubSpotSandbox
from sandbox.hubspot.limits import Limits
from sandbox.sample_data.workspace import FEED, GUEST, LEADS, OLIVER, sample_workspace
from sandbox.slack import SlackSandbox
from storage import Store, people_search, target_groups
from storage.campaign_changes import NewCampaign, create_campaign
from storage.hubspot_lists import HubSpotListState
from storage.tracking import Event, EventKind
from tests.webhooks.conftest import BROWSER, PUBLIC_URL, hubspot_v3, standard_webhook

CANARY = "canary7f3a"
CONTACT, LEAD, STRANGER = f"{CANARY}.max@firma.example", f"{CANARY}.jo@acme.example", f"{CANARY}.who@else.example"
PORTAL = 4711
HUBSPOT_TOKEN, CLIENT_SECRET, API_KEY = f"pat-eu1-{CANARY}", f"{CANARY}-client-secret", f"{CANARY}-api-key"
BOT_TOKEN, SIGNING_SECRET = f"xoxb-{CANARY}", f"{CANARY}-signing-secret"
CLICKS_SECRET = "whsec_" + b64encode(CANARY.encode() * 3).decode()
KEY = f"{CANARY} a secret key that is long enough"
SECRETS = (HUBSPOT_TOKEN, CLIENT_SECRET, API_KEY, BOT_TOKEN, SIGNING_SECRET, CLICKS_SECRET, KEY)


@dataclass
class Running:
    """A whole Footlight, its HubSpot, its Slack, and what it logged."""

    url: str
    store: Store
    http: aiohttp.ClientSession
    hubspot: HubSpotSandbox
    slack: SlackSandbox
    logged: io.StringIO
    stop: asyncio.Event
    product: "asyncio.Task[None]"
    tokens: list[str] = field(default_factory=list)

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        headers = {"User-Agent": BROWSER} | more.pop("headers", {})
        async with self.http.request(
            method, self.url + path, headers=headers, allow_redirects=False, **more
        ) as response:
            return response.status, (await response.read()).decode(errors="replace")

    async def mail(self, recipient: str) -> tuple[str, str]:
        """The paths of banner and link in a mail to `recipient`."""
        asked = {"sender": f"{CANARY}.anna@ours.example", "recipients": [recipient]}
        status, body = await self.ask("POST", "/api/signatures", json=asked, headers=bearing(API_KEY))
        assert status == 200
        (banner,) = json.loads(body)["banners"]
        paths = [banner[name].removeprefix(PUBLIC_URL) for name in ("image_url", "click_url")]
        self.tokens += [path[3:] for path in paths]
        return paths[0], paths[1]

    async def hubspot_tells(self, *events: Any, secret: str = CLIENT_SECRET) -> int:
        body = json.dumps(events).encode()
        headers = hubspot_v3("/webhooks/hubspot", body, datetime.now(UTC), secret)
        return (await self.ask("POST", "/webhooks/hubspot", data=body, headers=headers))[0]

    async def clicks_told(self, *events: Any, secret: str = CLICKS_SECRET) -> int:
        body = json.dumps(events).encode()
        headers = standard_webhook(body, datetime.now(UTC), secret) | {"Content-Type": "application/json"}
        return (await self.ask("POST", "/webhooks/clicks", data=body, headers=headers))[0]

    def said(self, channel: str) -> str:
        """All that stands in a channel."""
        return str([(message.text, message.blocks) for message in self.slack.workspace.messages[channel]])

    def log(self) -> str:
        logging.getLogger().handlers[0].flush()
        return self.logged.getvalue()


def bearing(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def event(kind: str, hubspot_id: int, **fields: Any) -> dict[str, Any]:
    return {"eventId": 1, "portalId": PORTAL, "subscriptionType": kind, "objectId": hubspot_id} | fields


def click(id_: str, recipient: str, **fields: Any) -> dict[str, Any]:
    at = datetime.now(UTC).isoformat()
    return {
        "id": id_,
        "occurred_at": at,
        "recipient": recipient,
        "campaign": "Elsewhere",
        "user_agent": BROWSER,
    } | fields


async def until(is_true: Callable[[], object]) -> None:
    """Waits at most 20 s."""
    async with asyncio.timeout(30):
        # What it waits for happens behind HTTP, which wakes nobody.
        while not (await answer if isawaitable(answer := is_true()) else answer):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.fixture
def crm() -> Crm:
    """One contact, in a list."""
    crm = Crm()
    crm.create("contacts", {"email": CONTACT, "firstname": CANARY.capitalize(), "lastname": "Muster"})
    crm.add_to_list(crm.create_list("Customers").id, crm.contacts)
    return crm


@pytest.fixture
async def running(alone: Path, crm: Crm, logs_undone: None) -> AsyncIterator[Running]:
    """Everything in one process on SQLite, with a default campaign and an imported list."""
    hubspot = HubSpotSandbox(
        crm, token=HUBSPOT_TOKEN, client_secret=CLIENT_SECRET, portal_id=PORTAL, limits=Limits.off()
    )
    slack = SlackSandbox(sample_workspace(), bot_token=BOT_TOKEN, signing_secret=SIGNING_SECRET)
    async with hubspot, slack, aiohttp.ClientSession() as http:
        settings = settings_for(hubspot, slack)
        logged = io.StringIO()
        set_up_logging(logged, secrets=settings.secrets)
        opened = open_all(settings)
        (listed,) = crm.lists.values()
        now = datetime.now(UTC)
        state = HubSpotListState(str(listed.id), now, listed.name, "0-1")
        opened.store.write_now(target_groups.import_list, state, now=now)
        opened.store.write_now(create_campaign, FAIR, now=now)

        stop, started = asyncio.Event(), asyncio.get_running_loop().create_future()
        product = asyncio.create_task(serve(settings, RUN, stop=stop, started=started.set_result))
        await asyncio.wait((product, started), return_when=asyncio.FIRST_COMPLETED)
        url = started.result()
        slack.deliveries.app_url = f"{url}/slack/events"
        yield Running(url, opened.store, http, hubspot, slack, logged, stop, product)
        stop.set()
        await product
        await opened.store.close()


FAIR = NewCampaign(
    name="Fair", target_url="https://ours.example/fair", image_url="https://ours.example/fair.png", is_default=True
)


def settings_for(hubspot: HubSpotSandbox, slack: SlackSandbox) -> Settings:
    told: dict[str, Any] = {
        "port": 0,
        "footlight_public_url": PUBLIC_URL,
        "footlight_secret_key": KEY,
        "footlight_api_key": API_KEY,
        "footlight_clicks_secret": CLICKS_SECRET,
        "footlight_leads_channel": LEADS,
        "footlight_feed_channel": FEED,
        "hubspot_access_token": HUBSPOT_TOKEN,
        "hubspot_client_secret": CLIENT_SECRET,
        "hubspot_base_url": hubspot.base_url,
        "slack_bot_token": BOT_TOKEN,
        "slack_signing_secret": SIGNING_SECRET,
        "slack_base_url": slack.base_url,
    }
    return read_settings(**told)


async def live(footlight: Running) -> None:
    """What happens on a good day."""
    await until(lambda: footlight.store.read_now(people_search.find, CONTACT, 1).contacts)
    (contact,) = footlight.hubspot.crm.contacts
    for recipient in (CONTACT, LEAD):
        banner, link = await footlight.mail(recipient)
        assert (await footlight.ask("GET", link))[0] == 302
        assert (await footlight.ask("GET", banner))[0] == 302
    assert await footlight.hubspot_tells(event("contact.propertyChange", contact, propertyValue=CONTACT)) == 204
    assert await footlight.clicks_told(click("1", LEAD), click("2", CONTACT, sender=f"{CANARY}@ours.example")) == 202
    await until(lambda: LEAD in footlight.said(LEADS) and CANARY in footlight.said(FEED).lower())
    await footlight.slack.people.command(OLIVER, LEADS, "/contact", CONTACT)
    await until(lambda: CONTACT in footlight.said(LEADS))
    footlight.slack.people.direct(OLIVER, STRANGER)
    await until(lambda: "no contact" in footlight.said(footlight.slack.workspace.direct(OLIVER).id))


async def talk(footlight: Running) -> None:
    """What people ask and do in Slack; a part of it is refused."""
    people = footlight.slack.people
    for asked in (
        *(f"brief {CONTACT} {LEAD} {STRANGER}", f"account {CONTACT}", f"account {CANARY}"),
        *(f"follow {CONTACT}", f"follow {LEAD}", f"follow {CANARY}.example", "following", f"mentions {CANARY}"),
        *("mentions on", "optout", f"who {LEAD}", f"leads {STRANGER}"),
    ):
        for user in (OLIVER, GUEST):
            await people.command(user, LEADS, "/footlight", asked)
    lead = next(one for one in footlight.slack.workspace.messages[LEADS] if LEAD in one.text)
    note = people.say(OLIVER, LEADS, f"{CANARY} rang <mailto:{LEAD}|{LEAD}>", thread_ts=lead.ts)
    await until(lambda: "1 note" in str(lead.blocks))
    people.remove(OLIVER, LEADS, note.ts)
    people.say(OLIVER, FEED, f"https://app.hubspot.com/contacts/{PORTAL}/record/0-1/1?email={CONTACT}")
    for path in ("/slack/install?invite=", "/slack/oauth_redirect?code=1&state=", "/charts/"):
        assert (await footlight.ask("GET", f"{path}{CANARY}"))[0] == 404
    await until(lambda: "1 note" not in str(lead.blocks))


async def be_attacked(footlight: Running) -> None:
    """What strangers send, and what comes broken."""
    assert await footlight.hubspot_tells(event("contact.creation", 1, propertyValue=STRANGER), secret=CANARY) == 401
    assert await footlight.hubspot_tells(event(STRANGER, 1), event("contact.creation", 0, email=STRANGER)) == 204
    assert await footlight.clicks_told(click("3", STRANGER), secret="whsec_" + "x" * 32) == 401
    assert (
        await footlight.clicks_told(click("4", f"{STRANGER} {CANARY}"), click("5", STRANGER, url=f"ftp:{CANARY}"))
        == 202
    )
    for path in (f"/c/{footlight.tokens[0]}x", f"/b/{STRANGER}", f"/c/%{CANARY}%40x.example"):
        assert (await footlight.ask("GET", path))[0] == 404
    assert (await footlight.ask("GET", f"/{CANARY}?email={STRANGER}"))[0] == 404
    wrong = bearing(f"{CANARY}-wrong-key")
    assert (await footlight.ask("POST", "/api/signatures", json={"sender": STRANGER}, headers=wrong))[0] == 401
    asked = {"sender": f"{CANARY} at nowhere", "recipients": [f"{CANARY} at nowhere"]}
    assert (await footlight.ask("POST", "/api/signatures", json=asked, headers=bearing(API_KEY)))[0] == 400
    assert (await footlight.ask("POST", "/slack/events", data=f"text={STRANGER}"))[0] == 401
    await footlight.slack.people.command(OLIVER, LEADS, "/footlight", STRANGER)


async def see_others_fail(footlight: Running) -> None:
    """What HubSpot and Slack do on a bad day."""
    (contact,) = footlight.hubspot.crm.contacts
    footlight.slack.faults.errors["chat.postMessage"] = "channel_not_found"
    assert await footlight.clicks_told(click("6", STRANGER)) == 202
    footlight.hubspot.faults.revoked = True
    assert await footlight.hubspot_tells(event("contact.propertyChange", contact)) == 204
    await until(lambda: "HubSpot refuses the access token" in footlight.log())
    await until(lambda: "invite the bot" in footlight.log())


async def test_no_canary_is_seen(running: Running) -> None:
    """Neither logs nor metrics nor readiness hold an address, a name, a token or a secret, whatever comes."""
    for part in (live, talk, be_attacked, see_others_fail):
        await part(running)
    told = {path: (await running.ask("GET", path))[1] for path in ("/metrics", "/readyz", "/healthz")}
    running.stop.set()
    await running.product

    told["log"] = running.log()
    for needed in ("request refused", "HubSpot told", "click events received", "target group made equal", "stopped"):
        assert needed in told["log"]
    hidden = re.compile("|".join(map(re.escape, (CANARY, *SECRETS, *running.tokens))), re.IGNORECASE)
    assert [(where, seen) for where, text in told.items() for seen in hidden.findall(text)] == []


async def test_nothing_had_to_be_hidden(running: Running) -> None:
    """What the logs would hide last is not even said: the redaction finds nothing to do."""
    for part in (live, talk, be_attacked, see_others_fail):
        await part(running)

    assert re.findall(".*<(?:address|token|secret|password)>.*", running.log()) == []


async def test_it_stops(running: Running) -> None:
    """Told to stop while people click, it ends within ten seconds, and each click that was answered is kept."""
    _, link = await running.mail(LEAD)
    answered = 0

    async def keep_clicking() -> None:
        nonlocal answered
        while (await running.ask("GET", link))[0] == 302:
            answered += 1

    clicking = [asyncio.create_task(keep_clicking()) for _ in range(4)]
    await until(lambda: answered > 20)
    began = monotonic()
    running.stop.set()
    await asyncio.wait_for(running.product, 10)

    await asyncio.gather(*clicking, return_exceptions=True)
    assert monotonic() - began < 10
    assert running.store.read_now(clicks_kept) >= answered


def clicks_kept(session: Session) -> int:
    return session.exec(select(func.count()).where(col(Event.kind) == EventKind.CLICK)).one()
