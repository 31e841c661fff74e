"""`footlight check`: one finding a thing, and for each that is ill or missing the way to mend it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial

from bot.installations import client_of_each, why_not_installed
from bot.web_client import slack_client, why_no_answer
from decisions.sealing import NoKey
from footlight.cli import printing
from footlight.cli.command import interruptible
from footlight.hubspot import hubspot_client, journal_client
from footlight.opening import Opened, open_all
from footlight.secret_key import fresh_key
from footlight.settings import BadSettings, Settings, read_settings
from jobs.hubspot.client import HubSpotClient
from jobs.hubspot.lists import search_lists
from jobs.hubspot.owners import read_owners
from jobs.hubspot.portal import read_portal
from jobs.hubspot.properties import read_property_definitions
from jobs.hubspot.trouble import HubSpotTrouble
from jobs.list_turns import interval_of
from storage import (
    Busy,
    Session,
    StoreDown,
    address_claims,
    api_keys,
    dead_letters,
    full_passes,
    opt_outs_waiting,
    portal,
    privacy_requests,
    subscriptions,
    target_groups,
    workspaces,
)
from storage.campaign_list import list_campaigns
from storage.opt_outs_waiting import RequestState
from storage.portal import OtherPortal
from storage.recount import Difference, recount
from storage.schema import SchemaOld, SchemaTooNew

LETTERS_SHOWN = 5
DIFFERENCES_SHOWN = 20


class State(StrEnum):
    """OFF: not set up, which may be meant."""

    WELL = "well"
    OFF = "off"
    ILL = "ill"


@dataclass(frozen=True, slots=True)
class Finding:
    """What `about` is like, and what to do where it is not well."""

    about: str
    state: State
    told: str


async def all_checks(*, recount_too: bool = False) -> list[Finding]:
    """Every finding, in the order in which one sets things up; a recount of all numbers, which takes a while, last."""
    try:
        settings = read_settings()
    except BadSettings as error:
        return [Finding("settings", State.ILL, line) for line in str(error).splitlines()]
    findings = [Finding("settings", State.WELL, "readable"), _public_url(settings)]
    try:
        opened = await asyncio.to_thread(open_all, settings)
    except (BadSettings, NoKey, SchemaOld, SchemaTooNew, StoreDown, Busy) as error:
        return [*findings, Finding("store", State.ILL, str(error))]
    try:
        with interruptible(opened.connections):
            findings += await _of_an_open_store(settings, opened)
            return [*findings, *await opened.store.read(_numbers)] if recount_too else findings
    finally:
        await opened.store.close()


async def _of_an_open_store(settings: Settings, opened: Opened) -> list[Finding]:
    findings = [Finding("store", State.WELL, "SQLite" if settings.is_sqlite else "PostgreSQL")]
    printing.tell_times_in(await opened.store.read(portal.zone, settings.footlight_timezone))
    if opened.why_not_tracked:
        told = f"{opened.why_not_tracked} A fresh key would be {fresh_key()}, but it cannot open the old one."
        findings.append(Finding("tracking", State.ILL, told))
    findings += await asyncio.to_thread(lambda: list(_hubspot(settings, opened)))
    findings += await _slack(settings, opened)
    findings.append(await opened.store.read(_api, bool(settings.footlight_api_key)))
    findings += _switches(settings)
    every = timedelta(minutes=settings.footlight_reconcile_minutes)
    return findings + await opened.store.read(_of_the_data, every)


def _public_url(settings: Settings) -> Finding:
    url = settings.footlight_public_url
    if url is None:
        told = f"FOOTLIGHT_PUBLIC_URL is not set: links in mails begin with {settings.public_url}, here only"
        return Finding("public URL", State.OFF, told)
    if not url.startswith("https://"):
        return Finding(
            "public URL",
            State.OFF,
            f"{url} is no https:// address: HubSpot calls https only, and Slack shows no charts",
        )
    return Finding("public URL", State.WELL, url)


def _hubspot(settings: Settings, opened: Opened) -> Iterator[Finding]:
    if settings.hubspot_access_token is None:
        yield Finding("HubSpot", State.OFF, "set HUBSPOT_ACCESS_TOKEN (docs/quickstart.md, step 2)")
        return
    client = hubspot_client(settings, opened).for_people
    yield _asked("HubSpot", lambda: _portal(client, opened))
    for about, question in _SCOPES:
        yield _asked(about, lambda question=question: question(client))  # type: ignore[misc]
    if settings.hubspot_client_secret:
        yield Finding("HubSpot's webhooks", State.WELL, f"{settings.public_url}/webhooks/hubspot")
    else:
        told = "set HUBSPOT_CLIENT_SECRET; without it changes arrive with the next pass only"
        yield Finding("HubSpot's webhooks", State.OFF, told)
    yield _journal(settings, opened)


def _journal(settings: Settings, opened: Opened) -> Finding:
    about, client = "HubSpot's webhooks journal", journal_client(settings, opened.connections)
    if client is None:
        return Finding(about, State.OFF, "set HUBSPOT_CLIENT_ID for list changes within seconds; or use a workflow")
    return _asked(about, lambda: f"the app may read it; told of {client.subscribed_lists()} lists")


def _asked(about: str, question: Callable[[], str]) -> Finding:
    try:
        return Finding(about, State.WELL, question())
    except (HubSpotTrouble, OtherPortal) as trouble:
        return Finding(about, State.ILL, str(trouble))


def _portal(client: HubSpotClient, opened: Opened) -> str:
    details = read_portal(client)
    if details is None:
        return "the token works"
    opened.store.write_now(
        portal.remember,
        details.portal_id,
        now=datetime.now(UTC),
        time_zone=details.time_zone,
        ui_domain=details.ui_domain,
    )
    return f"the token works, portal {details.portal_id}"


def _lists(client: HubSpotClient) -> str:
    return f"{len(search_lists(client, now=datetime.now(UTC)))} to import from"


def _properties(client: HubSpotClient) -> str:
    return f"{len(read_property_definitions(client))} defined"


def _owners(client: HubSpotClient) -> str:
    return f"{len(read_owners(client))} known"


_SCOPES = (
    ("HubSpot lists", _lists),
    ("HubSpot contacts' properties", _properties),
    ("HubSpot owners", _owners),
)


async def _slack(settings: Settings, opened: Opened) -> list[Finding]:
    if settings.has_several_workspaces:
        return [finding async for finding in _workspaces(settings, opened)]
    return [await _one_workspace(settings)]


async def _one_workspace(settings: Settings) -> Finding:
    if settings.slack_bot_token is None:
        return Finding("Slack", State.OFF, "set SLACK_BOT_TOKEN (docs/quickstart.md, step 3)")
    token = settings.slack_bot_token.get_secret_value()
    if because := await why_no_answer(slack_client(token, settings.slack_base_url)):
        return Finding("Slack", State.ILL, because)
    if settings.slack_app_token is None and not settings.slack_signing_secret:
        told = "set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for requests over HTTP"
        return Finding("Slack", State.ILL, f"the bot may post, but nobody can reach it: {told}")
    way = "Socket Mode" if settings.slack_app_token else f"{settings.public_url}/slack/events"
    return Finding("Slack", State.WELL, f"the token works; requests come by {way}")


async def _workspaces(settings: Settings, opened: Opened) -> AsyncIterator[Finding]:
    held = [one for one in await opened.store.read(workspaces.all_workspaces) if one.ended_at is None]
    way = f"workspaces come by invitation; requests come by {settings.public_url}/slack/events"
    yield Finding("Slack", State.WELL, way) if settings.slack_signing_secret else _UNREACHABLE
    if not held:
        yield Finding("Slack workspaces", State.OFF, "none yet: footlight workspaces invite")
    client_of = client_of_each(opened.store, opened.keys, settings.slack_base_url)
    for one in held:
        because = await why_not_installed(client_of, one.known_as)
        told = because or f"{one.name}: the token works"
        yield Finding(f"Slack workspace {one.team_id}", State.ILL if because else State.WELL, told)


_UNREACHABLE = Finding("Slack", State.ILL, "set SLACK_SIGNING_SECRET: without it nobody can reach the bot")


def _api(session: Session, has_own_key: bool) -> Finding:
    made = sum(one.revoked_at is None for one in api_keys.all_keys(session))
    keys = ["FOOTLIGHT_API_KEY"] * has_own_key + [f"{made:,} made with footlight keys"] * bool(made)
    if not keys:
        return Finding("API", State.OFF, "make a key: footlight keys create NAME; or set FOOTLIGHT_API_KEY")
    return Finding("API", State.WELL, f"keys in force: {' and '.join(keys)}")


def _switches(settings: Settings) -> list[Finding]:
    told = {
        "clicks of other tools": ("FOOTLIGHT_CLICKS_SECRET", bool(settings.footlight_clicks_secret)),
        "leads channel": ("FOOTLIGHT_LEADS_CHANNEL", settings.footlight_leads_channel is not None),
        "feed channel": ("FOOTLIGHT_FEED_CHANNEL", settings.footlight_feed_channel is not None),
    }
    return [
        Finding(about, State.WELL if is_set else State.OFF, "set" if is_set else f"set {name}")
        for about, (name, is_set) in told.items()
    ]


def _of_the_data(session: Session, every: timedelta) -> list[Finding]:
    about = (_drift, partial(_groups, every=every), _campaigns, _channels, _opt_outs, _letters, _conflicts, _requests)
    return [finding for each in about for finding in each(session)]


def _requests(session: Session) -> Iterator[Finding]:
    """What recipients asked for on their own page."""
    for asked in privacy_requests.waiting(session):
        told = f"asked on {asked.asked_at:%Y-%m-%d}: `footlight {asked.wish} {asked.email}`"
        yield Finding("request of a person", State.ILL, told)


def _drift(session: Session) -> Iterator[Finding]:
    last = full_passes.newest(session)
    if last is None:
        return
    at = f"{last.began_at:%Y-%m-%d %H:%M} UTC"
    if last.trouble:
        yield Finding("nightly comparison with HubSpot", State.ILL, f"begun {at}, stopped: {last.trouble}")
        return
    told = f"{at}: {last.contacts:,} contacts and {last.companies:,} companies"
    mended = f"{last.drifted:,} and {last.companies_drifted:,} had drifted, {last.deleted:,} of them deleted; mended"
    how = mended if last.drifted or last.companies_drifted else "nothing had drifted"
    lists = f"of {last.lists:,} lists {last.lists_drifted:,} had moved unseen; mended"
    size = f"{last.lists_unequal:,} of them have another size than HubSpot says, which may only lag"
    yield Finding("nightly comparison with HubSpot", State.WELL, "; ".join((f"{told}, {how}", lists, size)))


def _groups(session: Session, every: timedelta) -> Iterator[Finding]:
    groups = target_groups.all_groups(session)
    interval = interval_of(session, [group for group in groups if group.hubspot_list_id], every)
    if not groups:
        yield Finding("target groups", State.OFF, "none yet: footlight groups import LIST")
    for group in groups:
        if group.trouble:
            yield Finding(f"target group {group.name}", State.ILL, group.trouble)
        else:
            since = f"equal to HubSpot since {printing.told(group.equal_since)}" if group.equal_since else "kept"
            how_often = f", read every {_minutes(interval[group.id])} if it moves" if group.id in interval else ""
            yield Finding(f"target group {group.name}", State.WELL, f"{group.size:,} members, {since}{how_often}")


def _minutes(interval: timedelta) -> str:
    return f"{-(-interval // timedelta(minutes=1)):,} min"


def _campaigns(session: Session) -> Iterator[Finding]:
    listed = list_campaigns(session, now=datetime.now(UTC))
    active = sum(1 for one in listed if one.why_not is None and not one.is_external)
    if active:
        yield Finding("campaigns", State.WELL, f"{active} active")
    else:
        told = "none is active, so every banner is a transparent pixel: footlight campaigns create"
        yield Finding("campaigns", State.OFF, told)


def _channels(session: Session) -> Iterator[Finding]:
    for one in subscriptions.paused(session):
        paused = f"paused since {printing.told(one.paused_at)}: {one.paused_because}"
        yield Finding(f"Slack channel {one.channel}", State.ILL, paused)


def _opt_outs(session: Session) -> Iterator[Finding]:
    for one in opt_outs_waiting.all_waiting(session):
        if one.state is RequestState.WAITING:
            told = f"{one.people:,} people wait for your yes: footlight optouts list"
            yield Finding(f"opt-outs from {one.source.value}", State.ILL, told)


def _letters(session: Session) -> Iterator[Finding]:
    for letter in dead_letters.newest(session, LETTERS_SHOWN):
        yield Finding("dead letter", State.OFF, f"{letter.source} {letter.kind}: {letter.reason}")
    for unknown in dead_letters.unknown_types(session):
        yield Finding("unknown type", State.OFF, f"{unknown.source} {unknown.kind}, {unknown.times} times; not needed")


def _numbers(session: Session) -> list[Finding]:
    counted = recount(session)
    if not counted.differences:
        told = f"equal to a recount of {counted.events:,} views and clicks held and {counted.kept:,} kept in totals"
        return [Finding("numbers", State.WELL, told)]
    shown = counted.differences[:DIFFERENCES_SHOWN]
    findings = [Finding("numbers", State.ILL, _differs(one)) for one in shown]
    if more := len(counted.differences) - len(shown):
        findings.append(Finding("numbers", State.ILL, f"{more:,} more differ"))
    return findings


def _differs(one: Difference) -> str:
    group = f" by the choice of {one.target_group}" if one.target_group else ""
    whose = f"of {one.email}" if one.day is None else f"of {one.day:%Y-%m-%d} (UTC){group}"
    who = {"human": "by people", "machine": "by machines", "proxy": "by Apple's proxies"}[one.counts_as]
    return f"{one.kind}s {who} {whose} with {one.campaign or 'no campaign'}: {one.told} told, {one.recounted} recounted"


def _conflicts(session: Session) -> Iterator[Finding]:
    for conflict in address_claims.address_conflicts(session):
        records = f"{conflict.holder_id} and {conflict.loser_id}"
        told = f"HubSpot's records {records} claim one address; the first has it. Merge them in HubSpot"
        yield Finding("two records, one address", State.OFF, told)
