"""One client for all of HubSpot's APIs: few connections, time-outs, patience with limits, troubles by name."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from jobs.hubspot.client import open_client
from jobs.hubspot.contacts import create_contact, read_contacts
from jobs.hubspot.limiter import InMemory, Limiter
from jobs.hubspot.lists import memberships, read_list, search_lists
from jobs.hubspot.owners import read_owners
from jobs.hubspot.portal import read_portal
from jobs.hubspot.properties import read_property_definitions
from jobs.hubspot.trouble import BadAnswer, HubSpotDown, NotFound, RateLimited, ScopeMissing, TokenRefused


async def test_many_calls_share_few_connections(scripted, told, now):
    """Two hundred calls of several APIs from eight threads need no more connections than threads."""
    scripted.answers(b'{"results": []}')
    reads = [
        lambda: read_contacts(told, ["501"], [], now=now),
        lambda: list(memberships(told, "611")),
        lambda: read_property_definitions(told),
    ]

    def read_all():
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda number: reads[number % 3](), range(200)))

    await asyncio.to_thread(read_all)

    assert len(scripted.received) >= 200
    assert len(scripted.peers) <= 8
    assert told.requests == len(scripted.received)


async def test_paths_of_the_chosen_version(hubspot, client, version):
    """All calls go to paths of the one version."""
    urls = []
    hubspot.on_exchange = lambda exchange: urls.append(exchange.url)

    await asyncio.to_thread(read_owners, client)
    await asyncio.to_thread(read_portal, client)

    marks = {"v3": "/v3/", "2026-09": "/2026-09"}
    assert len(urls) == 3
    assert all(marks[version] in url for url in urls)


async def test_a_revoked_token(hubspot, client, now):
    """401 is TokenRefused, from every API alike."""
    hubspot.faults.revoked = True

    for call in (lambda: read_list(client, "611", now=now), lambda: read_contacts(client, ["501"], [], now=now)):
        with pytest.raises(TokenRefused):
            await asyncio.to_thread(call)


@pytest.mark.parametrize("token", ["", "pat\r\nX-Evil: 1", "pat na", "pät"])
async def test_what_is_no_token_is_never_sent(scripted, clock, now, token):
    """A token that no header can hold is refused here, and repeated nowhere."""
    client = open_client(token, scripted.url, Limiter(InMemory(clock), clock.sleep), timeout=1.0)

    with pytest.raises(TokenRefused) as refused:
        await asyncio.to_thread(read_list, client, "611", now=now)

    assert scripted.received == []
    assert not token or token not in str(refused.value)


async def test_a_missing_scope(hubspot, client, now):
    """403 names the scope that the token lacks."""
    hubspot.faults.missing_scopes = {"crm.lists.read", "crm.objects.contacts.write"}

    with pytest.raises(ScopeMissing, match=r"crm\.lists\.read"):
        await asyncio.to_thread(read_list, client, "611", now=now)
    with pytest.raises(ScopeMissing, match=r"crm\.objects\.contacts\.write"):
        await asyncio.to_thread(create_contact, client, "new@acme.example", {})


async def test_a_short_limit_is_waited_out(hubspot, client, clock, now):
    """A 429 that asks for seconds is waited out as long as it says, and the call succeeds."""
    hubspot.faults.too_many, hubspot.faults.retry_after = 2, "3"

    found = await asyncio.to_thread(read_list, client, "611", now=now)

    assert found.name == "Customers"
    assert sum(clock.slept) == pytest.approx(6.0)


async def test_a_limit_without_retry_after(hubspot, client, clock, now):
    """HubSpot does not promise the header: without it the window's ten seconds are waited."""
    hubspot.faults.too_many = 1

    await asyncio.to_thread(read_list, client, "611", now=now)

    assert sum(clock.slept) == pytest.approx(10.0)


async def test_limits_without_end(hubspot, client, clock, now):
    """The patience is bounded: after five waits the caller hears of it."""
    hubspot.faults.too_many = 1000

    with pytest.raises(RateLimited) as limited:
        await asyncio.to_thread(read_list, client, "611", now=now)

    assert limited.value.wait == timedelta(seconds=10)
    assert hubspot.requests["lists.read"] == 6
    assert len(clock.slept) == 5


async def test_long_waits_and_used_up_days_are_not_waited_out(hubspot, client, clock, now):
    """A wait of more than a minute and the daily limit go to the caller at once."""
    hubspot.faults.too_many, hubspot.faults.too_many_policy = 1, "DAILY"
    with pytest.raises(RateLimited) as daily:
        await asyncio.to_thread(read_list, client, "611", now=now)
    hubspot.faults.too_many, hubspot.faults.too_many_policy = 1, "TEN_SECONDLY_ROLLING"
    hubspot.faults.retry_after = "61"
    with pytest.raises(RateLimited) as long:
        await asyncio.to_thread(read_list, client, "611", now=now)

    assert daily.value.is_daily
    assert long.value.wait == timedelta(seconds=61)
    assert clock.slept == []
    assert hubspot.requests["lists.read"] == 2


@pytest.mark.parametrize("status", [423, 477, 500, 502, 503, 504])
async def test_a_bad_moment(hubspot, client, now, status):
    """What passes by itself is HubSpotDown; it is the caller who tries again."""
    hubspot.faults.next_statuses = [status]

    with pytest.raises(HubSpotDown):
        await asyncio.to_thread(read_list, client, "611", now=now)

    assert hubspot.requests["lists.read"] == 1


async def test_slow_answers(hubspot, version, clock, now):
    """A call ends with the time-out, whatever HubSpot does."""
    hubspot.faults.slow = 1.0
    client = open_client(
        "pat-eu1-test", hubspot.base_url, Limiter(InMemory(clock), clock.sleep), timeout=0.2, version=version
    )

    with pytest.raises(HubSpotDown, match="no answer in time"):
        await asyncio.to_thread(read_list, client, "611", now=now)


async def test_cut_and_refused_connections(hubspot, client, now):
    """No connection is HubSpotDown, and the next call after it comes back succeeds."""
    hubspot.faults.down = "cut"
    with pytest.raises(HubSpotDown):
        await asyncio.to_thread(read_list, client, "611", now=now)
    hubspot.faults.clear()
    await hubspot.refuse_connections()
    with pytest.raises(HubSpotDown):
        await asyncio.to_thread(read_list, client, "611", now=now)
    await hubspot.listen()

    assert (await asyncio.to_thread(read_list, client, "611", now=now)).name == "Customers"


async def test_truncated_answers(hubspot, client, now):
    """An answer that breaks off is BadAnswer."""
    hubspot.faults.truncated = 1

    with pytest.raises(BadAnswer):
        await asyncio.to_thread(search_lists, client, now=now)


@pytest.mark.parametrize("body", [b"", b"<html>", b"null", b"[]", b"{}", b'{"list": {"name": 5}}', b"\xff\xfe{}"])
async def test_answers_of_another_shape(scripted, told, now, body):
    """What is no JSON of the expected shape is BadAnswer, never an empty result."""
    scripted.answers(body)

    with pytest.raises(BadAnswer):
        await asyncio.to_thread(read_list, told, "611", now=now)
    with pytest.raises(BadAnswer):
        await asyncio.to_thread(list, memberships(told, "611"))


async def test_a_gateways_error_page(scripted, told, now):
    """An error page in another encoding than JSON's is understood by its status."""
    scripted.answers(b"<html>\xe4\xf6\xfc</html>", status=502, headers={"Content-Type": "text/html"})

    with pytest.raises(HubSpotDown, match="502"):
        await asyncio.to_thread(read_list, told, "611", now=now)


async def test_redirects_are_not_followed(scripted, told, now):
    """The token goes nowhere else."""
    scripted.answers(b"", status=302, headers={"Location": "/login"})

    with pytest.raises(BadAnswer):
        await asyncio.to_thread(read_list, told, "611", now=now)

    assert len(scripted.received) == 1


async def test_unknown_fields_and_half_an_emoji(scripted, told, now):
    """Fields that are new, and text that HubSpot cut inside an emoji, do not spoil an answer."""
    scripted.answers(b'{"list": {"listId": 9007199254740993, "name": "A\\ud83d", "brandNew": {"x": [1]}}, "y": 1}')

    found = await asyncio.to_thread(read_list, told, "9007199254740993", now=now)

    assert found.list_id == "9007199254740993"
    assert found.name == "A"


async def test_each_request_is_told(hubspot, version, clock, now):
    """Who counts requests hears the family, the status and the time of each, refused ones too."""
    heard = []
    limiter = Limiter(InMemory(clock), clock.sleep)
    client = open_client(
        "pat-eu1-test",
        hubspot.base_url,
        limiter,
        timeout=5.0,
        version=version,
        on_request=lambda family, status, seconds: heard.append((family, status, seconds >= 0)),
    )

    await asyncio.to_thread(read_list, client, "611", now=now)
    with pytest.raises(NotFound, match="the list 999"):
        await asyncio.to_thread(read_list, client, "999", now=now)

    assert heard == [("lists", 200, True), ("lists", 404, True)]
    assert client.requests == 2
    assert client.daily_remaining is not None


async def test_people_come_first(hubspot, clock, now):
    """When jobs have used their share of the ten seconds, a person's look-up still goes through at once."""
    hubspot.limits.per_ten_seconds = 20
    client = open_client(
        "pat-eu1-test", hubspot.base_url, Limiter(InMemory(clock, per_ten_seconds=20), clock.sleep), timeout=5.0
    )

    for _ in range(18):
        await asyncio.to_thread(read_list, client, "611", now=now)
    assert clock.slept == []
    await asyncio.to_thread(read_list, client.for_people, "611", now=now)
    assert clock.slept == []
    await asyncio.to_thread(read_list, client, "611", now=now)

    assert sum(clock.slept) == pytest.approx(10.0)


async def test_no_address_and_no_token_in_logs(hubspot, client, ids, caplog, capfd, now):
    """At the noisiest level neither our log nor the package's names a person or the token."""
    caplog.set_level(logging.DEBUG)

    await asyncio.to_thread(read_contacts, client, ids, ["jobtitle"], now=now)
    await asyncio.to_thread(create_contact, client, "max@musterfirma.example", {})

    said = caplog.text + "".join(capfd.readouterr())
    assert "musterfirma" not in said
    assert "pat-eu1" not in said
