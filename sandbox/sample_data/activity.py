"""A month of past views and clicks: of contacts, of people who are none yet, and of link scanners."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from sandbox.hubspot.crm import Crm
from sandbox.hubspot.records import Record
from sandbox.sample_data.campaigns import sample_campaigns
from sandbox.sample_data.portal import SENDERS

DAYS = 30
ACTIVE_CONTACTS = 140
LOOKED_UP_FIRST = "max.mustermann@musterfirma.example"

STRANGERS = (
    "j.doe@acme.example",
    "einkauf@hofmann-blech.example",
    "birte.claussen@foerde-metall.example",
    "s.okafor@lagos-steelworks.example",
    "paul.wegner@wegner-bau.example",
    "info@kleinwerk.example",
    "tina.roth@musterfirma.example",
    "h.lund@lund-maskin.example",
    "procurement@aero-garonne.example",
    "v.popescu@dacia-forge.example",
    "ines.falk@freemail.example",
    "r.steiner@steiner-zug.example",
)

BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18 Safari/605",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
)
SCANNERS = ("python-requests/2.32.3", "Barracuda Sentinel (EE)", "curl/8.14.1", "Go-http-client/2.0")


def past_activity(crm: Crm, now: datetime, seed: int = 11) -> list[dict[str, Any]]:
    """
    Oldest first, all in the `DAYS` before `now` (aware).

    Each is `{"kind": "view" | "click", "occurred_at", "recipient", "sender", "campaign", "user_agent"}`; the
    campaign is a name.
    """
    random = Random(seed)  # noqa: S311
    events = [*_of_contacts(crm, random, now), *_of_strangers(random, now), *_of_scanners(crm, random, now)]
    return sorted(events, key=lambda each: (each["occurred_at"], each["recipient"]))


def _of_contacts(crm: Crm, random: Random, now: datetime) -> Iterator[dict[str, Any]]:
    with_address = [each for each in crm.contacts.values() if "email" in each.properties]
    active = random.sample(with_address, ACTIVE_CONTACTS)
    # Whom a newcomer looks up first has read with interest.
    if first := crm.contact_by_address(LOOKED_UP_FIRST):
        yield from _read(crm, random, now, first, mails=9, interest=0.4)
    for contact in active:
        yield from _read(crm, random, now, contact, mails=random.randint(1, 28), interest=random.betavariate(1, 12))


def _read(
    crm: Crm, random: Random, now: datetime, contact: Record, *, mails: int, interest: float
) -> Iterator[dict[str, Any]]:
    campaign = _campaign_of(crm, contact, now)
    for _ in range(mails):
        yield from _mail(random, now, contact.properties["email"], campaign, interest)


def _of_strangers(random: Random, now: datetime) -> Iterator[dict[str, Any]]:
    for address in STRANGERS:
        for _ in range(random.randint(1, 5)):
            yield from _mail(random, now, address, "Nordwerk Academy", 0.6)


def _of_scanners(crm: Crm, random: Random, now: datetime) -> Iterator[dict[str, Any]]:
    """A gateway follows the link of a mail it has just received."""
    with_address = [each for each in crm.contacts.values() if "email" in each.properties]
    for contact in random.sample(with_address, 25):
        moment = _working_time(random, now)
        agent = random.choice(SCANNERS)
        campaign = _campaign_of(crm, contact, now)
        yield _event("click", moment, contact.properties["email"], random.choice(SENDERS), campaign, agent)


def _mail(random: Random, now: datetime, recipient: str, campaign: str, interest: float) -> Iterator[dict[str, Any]]:
    """One mail: opened once or twice, and followed with the chance `interest`."""
    sender, browser = random.choice(SENDERS), random.choice(BROWSERS)
    opened = _working_time(random, now)
    yield _event("view", opened, recipient, sender, campaign, browser)
    if random.random() < 0.3:
        yield _event("view", opened + (now - opened) * random.random() * 0.1, recipient, sender, campaign, browser)
    if random.random() < interest:
        clicked = min(opened + timedelta(seconds=random.uniform(4, 90)), now)
        yield _event("click", clicked, recipient, sender, campaign, browser)


def _campaign_of(crm: Crm, contact: Record, now: datetime) -> str:
    """The campaign of the highest priority that reaches the contact."""
    domain = contact.properties["email"].split("@")[1]
    groups = {each.name for each in crm.lists.values() if contact.id in each.members}
    reaching = [
        each
        for each in sample_campaigns(now)
        if each["default"] or domain in each["accounts"] or groups.intersection(each["groups"])
    ]
    return str(max(reaching, key=lambda each: each["priority"])["name"])


def _working_time(random: Random, now: datetime) -> datetime:
    """Between 7 and 18 h (of `now`'s zone) on a working day, if that is before `now`; else in the last hours."""
    day = now - timedelta(days=random.randrange(DAYS))
    while day.weekday() > 4:
        day -= timedelta(days=1)
    moment = datetime.combine(day.date(), time(7), now.tzinfo) + timedelta(hours=random.triangular(0, 11, 3))
    return max(min(moment, now - timedelta(minutes=random.uniform(1, 300))), now - timedelta(days=DAYS))


def _event(
    kind: str, occurred_at: datetime, recipient: str, sender: str, campaign: str, user_agent: str
) -> dict[str, Any]:
    return {
        "kind": kind,
        "occurred_at": occurred_at,
        "recipient": recipient,
        "sender": sender,
        "campaign": campaign,
        "user_agent": user_agent,
    }
