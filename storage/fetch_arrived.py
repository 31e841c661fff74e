"""A banner or a link was fetched: who it was, what they see, whether a person did it, and what follows. One batch."""

from collections import deque
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct
from sqlmodel import Session

from decisions.addresses import domain_of
from decisions.agents import agent_family, kept_agent
from decisions.human_or_machine import (
    BURST_WITHIN,
    TOO_SOON,
    Fetch,
    FetchKind,
    judge_click,
    judge_view,
)
from decisions.who_sees_what import MAJORITY, Rule
from storage import aggregate_only, feed, lead_clicks, performance, tracking
from storage.campaigns import CampaignInForce, CampaignsInForce
from storage.lead_clicks import LeadClick
from storage.opt_outs import Hasher
from storage.recipients import Named, Who, look_up, resolve
from storage.senders import is_own, keep_senders, own_domains
from storage.tracking import LAST_FETCHES, EventClass, EventKind, Link, Seen, Tracked, fetch_of


class Fetched(Struct, frozen=True):
    """
    A request for the banner or the link of a token that opened, or (MANGLED) of a known mail.

    `campaign_id` is the campaign that most recipients of one mail to several would see, as its token says.
    """

    kind: EventKind
    at: datetime
    mail_id: str
    sender: str | None = None
    recipient: str | None = None
    account_domain: str | None = None
    user_agent: str | None = None
    method: str = "GET"
    prefetch: bool = False
    campaign_id: int | None = None
    network: str | None = None
    """Whose scanner network it came from."""

    @property
    def named(self) -> Named:
        return Named(self.recipient, self.account_domain)


@dataclass(frozen=True, slots=True)
class Tracker:
    """What the batch needs beside the session; one for the life of a process."""

    campaigns: CampaignsInForce
    hasher: Hasher
    own_domains: frozenset[str] = frozenset()
    """Our own domains by the settings; empty: those that our senders write from."""

    def keep(self, session: Session, batch: Sequence[Fetched]) -> list[CampaignInForce | None]:
        """
        Store a batch of fetches in one transaction, and tell for each which campaign to show or to follow.

        None: no campaign. Nothing identifying is kept of who is opted out, nothing at all of our own people.
        """
        self.campaigns.refresh(session)
        now = max(fetched.at for fetched in batch)
        arrived = self._arrived(session, batch, now)
        clicks = [one for one in arrived if one.fetched.kind is not EventKind.VIEW]
        seen = tracking.last_seen(session, {one.link for one in clicks})
        chosen = [self._choose(one, seen) for one in arrived]
        tracked = aggregate_only.set_apart(session, _track(session, arrived, chosen, _history(session, clicks, seen)))
        tracking.keep(session, tracked)
        performance.count(session, tracked)
        _tell(session, tracked, arrived, now)
        return [campaign for campaign, _ in chosen]

    def _arrived(self, session: Session, batch: Sequence[Fetched], now: datetime) -> list["Arrived"]:
        own = self.own_domains or own_domains(session) | _domains(batch)
        named = [fetched.named for fetched in batch]
        people = resolve(session, set(named), hasher=self.hasher, own=own, now=now)
        whose = [people[one] for one in named]
        return [
            Arrived(fetched, who, (fetched.mail_id, who.address_id)) for fetched, who in zip(batch, whose, strict=True)
        ]

    def _choose(self, one: "Arrived", seen: Mapping[Link, Seen]) -> "Chosen":
        """A click goes to the campaign last seen through its token, else to the token's own, else to today's."""
        fetched = one.fetched
        last = seen.get(one.link) if fetched.kind is EventKind.CLICK else None
        if last and (campaign := self.campaigns.get(last.campaign_id)):
            return campaign, last.rule
        if own := self.campaigns.get_in_force(fetched.campaign_id, fetched.at):
            return own, MAJORITY
        return self.campaigns.choose(one.who.seen_as, fetched.at)


class Arrived(Struct, frozen=True):
    """A fetch, who stands behind it, and the identity of its token."""

    fetched: Fetched
    who: Who
    link: Link


Chosen = tuple[CampaignInForce | None, Rule]


@dataclass(frozen=True, slots=True)
class Untracked:
    """What takes the tracker's place while nobody can be recognised as opted out: it chooses, and keeps nothing."""

    campaigns: CampaignsInForce

    def choose(self, session: Session, batch: Sequence[Fetched]) -> list[CampaignInForce | None]:
        """Tell for each fetch which campaign to show or to follow today."""
        self.campaigns.refresh(session)
        seen_as = look_up(session, {fetched.named for fetched in batch}, own=own_domains(session))
        return [
            self.campaigns.get_in_force(fetched.campaign_id, fetched.at)
            or self.campaigns.choose(seen_as[fetched.named], fetched.at)[0]
            for fetched in batch
        ]


def _domains(batch: Sequence[Fetched]) -> Set[str]:
    domains = {domain_of(sender) for sender in {fetched.sender for fetched in batch} if sender}
    return {domain for domain in domains if is_own(domain)}


def _track(session: Session, arrived: Sequence[Arrived], chosen: Sequence[Chosen], history: "History") -> list[Tracked]:
    senders = keep_senders(session, {one.fetched.sender for one in arrived if one.fetched.sender})
    tracked = []
    for one, (campaign, rule) in zip(arrived, chosen, strict=True):
        fetched, seen = one.fetched, _as_fetch(one)
        # Nothing is kept by which the mails of those who are counted only in groups could be compared.
        mail = [seen] if one.who.only_in_groups else history.with_this(one.link, seen)
        if one.who.is_counted and _counts(fetched, campaign):
            tracked.append(
                Tracked(
                    kind=fetched.kind,
                    at=fetched.at,
                    address_id=one.who.address_id,
                    campaign_id=campaign.decided.id if campaign else None,
                    sender_id=senders.get(fetched.sender or ""),
                    mail_id=fetched.mail_id,
                    verdict=judge_view(seen) if fetched.kind is EventKind.VIEW else judge_click(seen, mail),
                    agent=agent_family(fetched.user_agent),
                    method=fetched.method,
                    rule=rule.kind,
                    group_id=rule.group_id,
                    only_in_groups=one.who.only_in_groups,
                    user_agent=kept_agent(fetched.user_agent),
                )
            )
    return tracked


def _counts(fetched: Fetched, campaign: CampaignInForce | None) -> bool:
    """A transparent pixel is no banner shown, and a HEAD shows none to anybody."""
    return fetched.kind is not EventKind.VIEW or (campaign is not None and fetched.method != "HEAD")


def _as_fetch(one: Arrived) -> Fetch:
    fetched = one.fetched
    return Fetch(
        kind=FetchKind.VIEW if fetched.kind is EventKind.VIEW else FetchKind.CLICK,
        at=fetched.at,
        mail_id=fetched.mail_id,
        link=None if fetched.kind is EventKind.MANGLED else str(one.link[1]),
        user_agent=fetched.user_agent,
        method=fetched.method,
        prefetch=fetched.prefetch,
        mangled=fetched.kind is EventKind.MANGLED,
        network=fetched.network,
    )


class History:
    """What verdicts look at: the last 20 fetches of each mail, and the first of each link."""

    def __init__(self, recent: Mapping[str, Sequence[Fetch]], first: dict[Link, Fetch]) -> None:
        self._first = first
        self._recent = {
            mail_id: deque(sorted(fetches, key=lambda fetch: fetch.at), LAST_FETCHES)
            for mail_id, fetches in recent.items()
        }

    def with_this(self, link: Link, fetch: Fetch) -> list[Fetch]:
        """The fetches of this link's mail, now that `fetch` came."""
        recent = self._recent.setdefault(link[0], deque(maxlen=LAST_FETCHES))
        recent.append(fetch)
        first = self._first.setdefault(link, fetch)
        return list(recent) if first is recent[0] else [first, *recent]


def _history(session: Session, clicks: Sequence[Arrived], seen: Mapping[Link, Seen]) -> History:
    """Every sign but one looks back two seconds; that one wants a link's first fetch."""
    if not clicks:
        return History({}, {})
    since = min(one.fetched.at for one in clicks) - max(BURST_WITHIN, TOO_SOON)
    recent = tracking.recent_fetches(session, {one.fetched.mail_id for one in clicks}, since)
    return History(recent, {link: fetch_of(EventKind.VIEW, link, one.first_at) for link, one in seen.items()})


def _tell(session: Session, tracked: Sequence[Tracked], arrived: Sequence[Arrived], now: datetime) -> None:
    """Leads and feed hear of people's clicks; of doubted ones only when they are settled."""
    contacts = {one.who.address_id for one in arrived if one.who.contact_id is not None}
    clicks = [
        (event.address_id, event.at)
        for event in tracked
        if event.kind is EventKind.CLICK
        and event.counts_as is EventClass.HUMAN
        and event.verdict.sure
        and event.address_id is not None
    ]
    tell_of_clicks(session, clicks, contacts, now=now)


def tell_of_clicks(
    session: Session, clicks: Sequence[tuple[int, datetime]], contacts: Set[int | None], *, now: datetime
) -> None:
    """Let leads and feed know of people's clicks, given as (address id, moment)."""
    by_contacts = [click for click in clicks if click[0] in contacts]
    by_others = [LeadClick(*click) for click in clicks if click[0] not in contacts]
    if by_contacts:
        feed.note_clicks(session, by_contacts, now=now)
    if by_others:
        lead_clicks.note_clicks(session, by_others, now=now)
