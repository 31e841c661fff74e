"""The recipient's own page: what it tells and never tells, and what its buttons do."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from storage import (
    Session,
    Store,
    aggregate_only,
    groups_by_hand,
    opt_out_asked,
    posted,
    privacy,
    privacy_requests,
    subscriptions,
)
from storage.contacts import ContactState
from storage.contacts_arrived import store_states
from storage.opt_outs import Hasher
from storage.outbox import Due, OutboxItem
from storage.privacy_requests import Wish
from storage.subscriptions import Topic
from tests.webhooks.conftest import Clock, Served, make_edge
from webhooks.recipient_page import masked
from webhooks.texts import language

MAX = "max.mustermann@firma.de"
pytestmark = pytest.mark.usefixtures("summit")


@pytest.fixture(autouse=True)
def contact(store: Store, clock: Clock, hasher: Hasher) -> None:
    """Max, a contact since a day, and a channel for words to the admin."""
    state = ContactState("501", clock(), email=MAX, properties={"firstname": "Max", "jobtitle": "Head of Stages"})
    before = clock() - timedelta(days=1)
    store.write_now(store_states, [state], hasher=hasher, now=before)
    store.write_now(subscriptions.subscribe, Topic.ADMIN, "C9", now=before)


async def page_of(served: Served, recipient: str = MAX) -> str:
    """The path of the page that a mail links."""
    html = (await served.signatures(sender="anna@ours.de", recipients=[recipient])).json["banners"][0]["html"]
    (path,) = re.findall(r'href="https://footlight.ours.de(/p/[^"]+)"', html)
    return str(path)


async def press(served: Served, path: str, button: str) -> Any:
    return await served.ask("POST", path, data={"do": button})


async def test_tells_kinds_and_no_value(served: Served, clock: Clock) -> None:
    """The page names the address masked and the kinds of data with their first day, and no value of any."""
    _, link = await served.mail(MAX)
    await served.get(link)
    shown = await served.get(await page_of(served), **{"Accept-Language": "en-GB,de;q=0.5"})
    text = shown.body.decode()

    assert shown.status == 200
    assert "m•••@f•••.de" in text
    assert re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', text) == [
        ("Your e-mail address", "2026-11-24"),
        ("Name, company and other contact data from the sender&#x27;s customer database", "2026-11-24"),
        ("When you clicked banners", "2026-11-25"),
        ("How often you saw and clicked banners", "2026-11-25"),
    ]
    assert not [value for value in ("mustermann", "Max", "firma.de", "Head of", "Summit", "anna") if value in text]


async def test_looking_changes_nothing(served: Served, store: Store, hasher: Hasher) -> None:
    """Scanners follow links: no GET or HEAD stops, asks or counts anything, whatever stands in its query."""
    path = await page_of(served)
    for _ in range(3):
        assert (await served.get(path + "?do=stop")).status == 200
        assert (await served.ask("HEAD", path)).status == 200

    assert store.read_now(opt_out_asked.of_address, MAX, hasher) is None
    assert store.read_now(privacy_requests.waiting) == ()


async def test_stop(served: Served, store: Store, hasher: Hasher) -> None:
    """*Stop tracking* works at once, for good, and is shown; pressing again changes nothing."""
    path = await page_of(served)
    for _ in range(2):
        answer = await press(served, path, "stop")
        assert (answer.status, answer.headers["Location"]) == (303, path.removeprefix("/p/"))

    state = store.read_now(opt_out_asked.of_address, MAX, hasher)
    assert state is not None
    assert state.by == "recipient"
    text = (await served.get(path)).body.decode()
    assert "Tracking has been stopped since 2026-11-25" in text
    assert 'value="stop"' not in text


def told(session: Session) -> list[str]:
    """Where the admin is told of requests."""
    query = select(OutboxItem.destination).where(col(OutboxItem.kind) == Due.PRIVACY_ASKED)
    return list(session.exec(query))


async def test_requests(served: Served, store: Store, hasher: Hasher, clock: Clock) -> None:
    """*Erase* and *send me my data* are told to the admin once each, however often pressed, and done by nobody else."""
    path = await page_of(served)
    for button in ("erase", "export", "erase", "export"):
        assert (await press(served, path, button)).status == 303

    assert [one.wish for one in store.read_now(privacy_requests.waiting)] == [Wish.ERASE, Wish.EXPORT]
    assert store.read_now(told) == ["slack:C9", "slack:C9"]
    text = (await served.get(path)).body.decode()
    assert "You asked on 2026-11-25 for your data to be erased" in text
    assert re.findall('value="(.*?)"', text) == ["stop"]

    store.write_now(privacy_requests.done, MAX, Wish.EXPORT)
    assert re.findall('value="(.*?)"', (await served.get(path)).body.decode()) == ["stop", "export"]
    store.write_now(privacy.erase, MAX, actor="cli", hasher=hasher, now=clock())
    assert store.read_now(privacy_requests.waiting) == ()
    assert "Nothing is kept of you" in (await served.get(path)).body.decode()


async def test_told_or_noted(served: Served, store: Store, clock: Clock) -> None:
    """The sender was told when a message says so; until then, or without a channel for the admin, it is noted."""
    path = await page_of(served)
    await press(served, path, "erase")
    await press(served, path, "export")
    first, second = store.read_now(privacy_requests.waiting)
    told = {"channel": "C9", "kind": Due.PRIVACY_ASKED, "address_id": first.address_id, "now": clock()}
    store.write_now(posted.remember, ts="1.1", subject=first.id, **told)
    store.write_now(posted.remember, ts="0.1", subject=second.id, **told | {"now": clock() - timedelta(days=1)})

    assert re.findall('role="status">(.*?)<', (await served.get(path)).body.decode()) == [
        "You asked on 2026-11-25 for your data to be erased. The sender was told.",
        "You asked on 2026-11-25 for a copy of your data. It is noted for the sender.",
    ]
    german = (await served.get(path, **{"Accept-Language": "de"})).body.decode()
    assert re.findall('role="status">(.*?)<', german) == [
        "Am 25.11.2026 haben Sie um Löschung gebeten. Der Absender wurde benachrichtigt.",
        "Am 25.11.2026 haben Sie um eine Kopie gebeten. Das ist für den Absender vermerkt.",
    ]


async def test_lead(served: Served) -> None:
    """Of a lead no contact data is told, as there is none."""
    _, link = await served.mail("jo@acme.de")
    await served.get(link)
    text = (await served.get(await page_of(served, "jo@acme.de"))).body.decode()

    assert "That you clicked without being a contact" in text
    assert "customer database" not in text


async def test_waiting_for_a_group(served: Served, store: Store, hasher: Hasher, clock: Clock) -> None:
    """Who was put into a group by hand before being a contact is told so."""
    group_id = store.write_now(groups_by_hand.create, "Fair", actor="cli", now=clock())
    store.write_now(groups_by_hand.add, group_id, ["new@other.de"], [], hasher=hasher, now=clock())

    text = (await served.get(await page_of(served, "new@other.de"))).body.decode()
    assert '<th scope="row">Groups that you are in</th><td>2026-11-25</td>' in text


async def test_of_whom_nothing_is_kept(served: Served, store: Store, hasher: Hasher) -> None:
    """Somebody who is stored nowhere can stop tracking ahead, and is written nowhere but as a hash."""
    path = await page_of(served, "new@other.de")
    text = (await served.get(path)).body.decode()
    assert "Nothing is kept of you" in text
    assert re.findall('value="(.*?)"', text) == ["stop"]

    assert (await press(served, path, "erase")).status == 303
    assert (await press(served, path, "stop")).status == 303
    assert store.read_now(privacy_requests.waiting) == ()
    assert store.read_now(opt_out_asked.of_address, "new@other.de", hasher) is not None


async def test_languages(served: Served) -> None:
    """The page is German for who wants German before English, and says its language."""
    path = await page_of(served)
    german = (await served.get(path, **{"Accept-Language": "de-AT,en;q=0.8"})).body.decode()

    assert '<html lang="de">' in german
    assert "Nicht mehr aufzeichnen" in german
    known = {"de": 1, "en": 1}
    wanted = ("", "fr", "fr,de;q=0.1", "en;q=0.5,de;q=0.7", "de;q=0", "de;q=0.0", "de-AT,en;q=0.8,de;q=0.5")
    assert [language(one, known) for one in wanted] == ["en", "en", "de", "de", "en", "en", "de"]
    assert [language(one, known) for one in ("*", "de;q=x", ";;;", "DE")] == ["en", "en", "en", "de"]


async def test_plain_and_accessible(served: Served) -> None:
    """No script, nothing from elsewhere, no cache, no referrer that would carry the token; one heading."""
    shown = await served.get(await page_of(served))
    text = shown.body.decode()

    assert not re.findall(r"<script|src=|url\(|https?://|\son\w+=", text)
    assert {shown.headers[name] for name in ("Cache-Control", "Referrer-Policy")} == {"no-store", "no-referrer"}
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert (text.count("<h1>"), text.count("<main>"), "<title>Your data</title>" in text) == (1, 1, True)
    assert all(re.findall(r"<button[^>]*>(.*?)</button>", text))


async def test_mail_to_several(served: Served) -> None:
    """A mail to several people has no link to the page, and its token there names and does nothing."""
    asked = await served.signatures(sender="anna@ours.de", recipients=[MAX, "eva@firma.de"], split=False)
    (banner,) = asked.json["banners"]
    assert "/p/" not in banner["html"]
    path = "/p/" + banner["click_url"].rpartition("/")[2]

    shown = await served.get(path)
    assert (shown.status, b"several people" in shown.body, b"<button" in shown.body) == (200, True, False)
    assert (await press(served, path, "stop")).status == 400


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": {"do": "everything"}}, 400),
        ({"data": b""}, 400),
        ({"json": {"do": "stop"}}, 400),
        ({"data": b"\xff=1&do"}, 400),
    ],
)
async def test_no_button(sent: Any, status: int, served: Served, store: Store, hasher: Hasher) -> None:
    """What is none of the buttons is refused in words, and does nothing."""
    assert (await served.ask("POST", await page_of(served), **sent)).status == status
    assert store.read_now(opt_out_asked.of_address, MAX, hasher) is None


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_bad_token(method: str, served: Served) -> None:
    """A link that is mangled or made up: 404 and a page in the reader's language, and nothing of it is repeated."""
    for token in ("x", "", (await page_of(served)).removeprefix("/p/")[:-3], "..%2F..%2Fetc", "%ff"):
        answer = await served.ask(method, f"/p/{token}", data={"do": "stop"} if method == "POST" else None)
        assert (answer.status, answer.headers["Content-Type"][:9]) == (404, "text/html")

    german = await served.ask(method, "/p/x", headers={"Accept-Language": "de"})
    assert '<html lang="de">' in german.body.decode()
    assert "Nothing" not in german.body.decode()


async def test_without_the_key_of_the_opt_outs(serve: Any, store: Store, clock: Clock, hasher: Hasher) -> None:
    """While nobody can be recognised as opted out, the page says that it cannot be done now."""
    served = await serve(make_edge(store, clock, hasher, tracker=None))
    path = await page_of(served)

    assert [(await served.get(path)).status, (await press(served, path, "stop")).status] == [503, 503]


def test_masked() -> None:
    """A masked address shows its owner enough, and others nothing."""
    assert masked("a@b.co.uk") == "a•••@b•••.uk"


async def test_counted_only_in_groups(served: Served, store: Store, clock: Clock, hasher: Hasher) -> None:
    """The page says where what they see and click is counted only in the sum of a group."""
    group_id = store.write_now(groups_by_hand.create, "Works council", actor="cli", now=clock())
    store.write_now(groups_by_hand.add, group_id, [MAX], [], hasher=hasher, now=clock())
    store.write_now(aggregate_only.switch, group_id, on=True, actor="cli", now=clock())

    assert "only in the sum of a group" in (await served.get(await page_of(served))).body.decode()
