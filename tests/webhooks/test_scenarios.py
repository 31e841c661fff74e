"""The corpus sent over HTTP: what the running service makes of people, scanners and proxies."""

from itertools import pairwise

from sqlmodel import col, select

from decisions.filter_rules import TODAY
from decisions.human_or_machine import VerdictKind
from storage.clicks_replayed import Place, replay_page
from storage.clicks_settled import SETTLED_AFTER, settle
from storage.columns import EPOCH
from storage.tracking import Event, EventClass, EventKind
from tests.corpus.corpus import agents, scenarios
from tests.webhooks.conftest import PUBLIC_URL

NAMES = ("max", "anna", "otto", "ina")
KINDS = {EventClass.HUMAN: VerdictKind.HUMAN, EventClass.MACHINE: VerdictKind.MACHINE}
TRUTH = {"person": EventClass.HUMAN, "machine": EventClass.MACHINE, "proxy": EventClass.PROXY}


async def a_mail(served):
    """Its id, and the paths of banner and link by the recipient's name."""
    recipients = [f"{name}@firma.de" for name in NAMES]
    banners = (await served.signatures(sender="anna@ours.de", recipients=recipients)).json["banners"]
    paths = {
        name: {"view": banner["image_url"], "click": banner["click_url"], "mangled": banner["click_url"] + "x"}
        for name, banner in zip(NAMES, banners, strict=True)
    }
    return banners[0]["click_url"].rpartition("/")[2].partition(".")[0], paths


async def ask(served, url, made):
    headers = {"User-Agent": made.agent or ""} | made.headers
    await served.ask(made.method, url.removeprefix(PUBLIC_URL), headers=headers)


async def classes(store, mail_id):
    query = select(Event.counts_as).where(col(Event.mail_id) == mail_id).order_by(col(Event.at), col(Event.id))
    return await store.read(lambda session: [EventClass(one) for one in session.exec(query)])


def clicks_kept(session):
    query = select(Event.id, Event.counts_as).where(col(Event.kind) == EventKind.CLICK)
    return dict(session.exec(query).all())


async def replay(store):
    """All clicks, judged again under rules as they are."""
    place, clicks = Place(), []
    while place:
        page = await store.read(replay_page, place, EPOCH, TODAY)
        place = page.next
        clicks += page.clicks
    return clicks


async def play(served, store, mail):
    """Send a scenario's requests at their times, and let the doubted clicks be settled meanwhile."""
    mail_id, paths = await a_mail(served)
    waits = [after.at - before.at for before, after in pairwise(mail)]
    for made, wait in zip(mail, [*waits, 2 * SETTLED_AFTER.seconds], strict=True):
        await ask(served, paths[made.link][made.what], made)
        served.clock.forward(seconds=wait)
        await store.write(settle, now=served.clock())
    return await classes(store, mail_id)


async def test_scenarios_over_http(served, store, summit):
    """Each scenario ends with the truth in the database, and a replay of the past tells the same."""
    found = {name: mail for name, mail in scenarios().items() if "not found" not in name}
    played = {name: await play(served, store, mail) for name, mail in found.items()}

    assert played == {name: [TRUTH[made.by] for made in mail] for name, mail in found.items()}
    replayed = {click.id: (click.today.kind, click.changed.kind) for click in await replay(store)}
    assert replayed == {
        id_: (KINDS[counts_as], KINDS[counts_as]) for id_, counts_as in (await store.read(clicks_kept)).items()
    }


async def test_agents_over_http(served, store, summit, clock):
    """Every agent of the corpus that clicks a link in its own minute counts as what it is."""
    mail_id, paths = await a_mail(served)
    sent = [(kind, agent) for kind in ("person", "machine") for agent in agents(kind)]
    for _, agent in sent:
        await served.get(paths["max"]["click"].removeprefix(PUBLIC_URL), **{"User-Agent": agent})
        clock.forward(minutes=1)

    assert await classes(store, mail_id) == [TRUTH[kind] for kind, _ in sent]


async def test_proxies_over_http(served, store, summit, clock):
    """Gmail's and Yahoo's proxies show the banner to a person; Apple's prefetch is a proxy view."""
    mail_id, paths = await a_mail(served)
    for agent in (*agents("proxy for people"), *agents("Apple prefetch")):
        await served.get(paths["max"]["view"].removeprefix(PUBLIC_URL), **{"User-Agent": agent})
        clock.forward(minutes=1)

    assert await classes(store, mail_id) == [EventClass.HUMAN, EventClass.HUMAN, EventClass.PROXY]
