"""A month of past views and clicks: of contacts, of people who are none yet, and of link scanners."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from sandbox.hubspot.crm import Crm
from sandbox.hubspot.records import Record
from sandbox.sample_data.campaigns import CAMPAIGNS
from sandbox.sample_data.portal import SENDERS

DAYS = 30
ACTIVE_MEMBERS, ACTIVE_OTHERS = 130, 12
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
    "ines.falk@falk-konstruktion.example",
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
    """Most of them are on a list; who is on none is nobody whom the product knows."""
    listed = {member for each in crm.lists.values() if each.object_type == "contacts" for member in each.members}
    with_address = [each for each in crm.contacts.values() if "email" in each.properties]
    members = random.sample([each for each in with_address if each.id in listed], ACTIVE_MEMBERS)
    others = random.sample([each for each in with_address if each.id not in listed], ACTIVE_OTHERS)
    # Whom a newcomer looks up first has read with interest.
    if first := crm.contact_by_address(LOOKED_UP_FIRST):
        yield from _read(crm, random, now, first, mails=9, interest=0.4)
    for contact in (*members, *others):
        # A few write with us every day, most of them now and then.
        mails = min(28, 1 + int(random.expovariate(1 / 9)))
        yield from _read(crm, random, now, contact, mails=mails, interest=random.betavariate(1, 12))


def _read(
    crm: Crm, random: Random, now: datetime, contact: Record, *, mails: int, interest: float
) -> Iterator[dict[str, Any]]:
    campaign = _campaign_of(crm, contact)
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
        campaign = _campaign_of(crm, contact)
        yield _event("click", moment, contact.properties["email"], random.choice(SENDERS), campaign, agent)


def _mail(random: Random, now: datetime, recipient: str, campaign: str, interest: float) -> Iterator[dict[str, Any]]:
    """One mail: opened once or twice, and followed with the chance `interest`."""
    sender, browser = random.choice(SENDERS), random.choice(BROWSERS)
    opened = _working_time(random, now)
    yield _event("view", opened, recipient, sender, campaign, browser)
    if random.random() < 0.3:
        again = min(opened + timedelta(minutes=random.expovariate(1 / 45)), now)
        yield _event("view", again, recipient, sender, campaign, browser)
    if random.random() < interest:
        clicked = min(opened + timedelta(seconds=random.uniform(4, 90)), now)
        yield _event("click", clicked, recipient, sender, campaign, browser)


def _campaign_of(crm: Crm, contact: Record) -> str:
    """The campaign of the highest priority that reaches the contact."""
    domain = contact.properties["email"].split("@")[1]
    groups = {each.name for each in crm.lists.values() if contact.id in each.members}
    reaching = [
        each for each in CAMPAIGNS if each.is_default or domain in each.accounts or groups.intersection(each.groups)
    ]
    return max(reaching, key=lambda each: each.priority).name


def _working_time(random: Random, now: datetime) -> datetime:
    """
    A moment when somebody reads mail, before `now`, by the clock of `now`'s zone.

    Nearly always between 7 and 18 h on a working day, with a dip at noon; one in thirty is an evening, any day.
    """
    late = random.random() < 1 / 30
    while True:
        day = now - timedelta(days=random.randrange(DAYS))
        hour = random.uniform(19, 22.5) if late else _hour(random)
        moment = datetime.combine(day.date(), time(0), now.tzinfo) + timedelta(hours=hour)
        if now - timedelta(days=DAYS) <= moment <= now - timedelta(minutes=1) and (late or day.weekday() < 5):
            return moment


def _hour(random: Random) -> float:
    """Two heaps, at half past nine and at three."""
    return random.triangular(7, 12.5, 9.5) if random.random() < 0.6 else random.triangular(12.7, 18, 15)


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
