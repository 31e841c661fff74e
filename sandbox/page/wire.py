"""The wire: what passed, told as stories (who did what, and what followed), and word to whoever watches."""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from sandbox.exchanges import Exchange
from sandbox.mail.mail import Fetch, Mail
from sandbox.page.hubspot_words import tell_hubspot
from sandbox.page.mail_words import tell_click, tell_mail
from sandbox.page.slack_words import tell_slack
from sandbox.page.telling import Deed, Names, Partner, Telling, listed

KEPT = 60
OPEN_FOR = timedelta(seconds=20)
"""So long a story takes in what shares a key with it."""
OUTAGE_TOLD_FOR = timedelta(minutes=10)
"""So long it is not told once more that somebody still does not answer."""
DETAILS_KEPT = 20
ADOPTED_WITHIN = timedelta(seconds=3)
"""What follows from a click can be seen sooner than the browser's arrival."""


@dataclass
class Story:
    """What somebody did, what Footlight did then, and the requests that this took."""

    id: int
    at: datetime
    keys: set[Hashable]
    partners: set[Partner] = field(default_factory=set)
    causes: list[str] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    deed: Deed = ""
    went_well: bool = True
    caused_at: datetime | None = None
    first_effect: timedelta | None = None
    """From the last cause to its first effect."""

    @property
    def sentence(self) -> str:
        first, rest = self.causes[:1], self.causes[1:]
        causes = ", ".join((*first, listed(rest))) if rest else "".join(first)
        effects = f"Footlight {listed(self.effects)}" if self.effects else ""
        return "; ".join(filter(None, (causes, effects)))

    def take(self, telling: Telling, at: datetime) -> None:
        """Add what the request tells; what is told already is not repeated."""
        self.keys |= telling.keys
        self.partners.add(telling.partner)
        self.caused_at = at if telling.is_cause else self.caused_at
        told = self.causes if telling.is_cause else self.effects
        says = telling.goes_on if telling.is_cause and self.causes else telling.says
        if says and says not in told and telling.says not in told:
            told.append(says)
        if telling.says and not telling.is_cause and telling.went_well and self.first_effect is None:
            self.first_effect = at - (self.caused_at or self.at)
        if len(self.details) < DETAILS_KEPT:
            self.details.append(telling.detail)
        self.went_well = telling.went_well
        self.deed = self.deed or telling.deed


class Wire:
    """
    `version` moves whenever something happened that the page may have to show.

    Args:
        now: aware.
    """

    def __init__(self, names: Names, *, now: Callable[[], datetime] = lambda: datetime.now().astimezone()) -> None:
        self.names, self._now = names, now
        self.stories: deque[Story] = deque(maxlen=KEPT)
        """The newest first."""
        self.on_story: Callable[[Story], None] = lambda story: None
        self.version = 0
        self._numbers = count(1)
        self._moved = asyncio.Event()

    def heard_hubspot(self, exchange: Exchange) -> None:
        """For the sandbox HubSpot's `on_exchange`."""
        self._tell(tell_hubspot(exchange, self.names))

    def heard_slack(self, exchange: Exchange) -> None:
        """For the sandbox Slack's `on_exchange`."""
        self._tell(tell_slack(exchange, self.names))

    def heard_mail(self, fetch: Fetch) -> None:
        """For the mail gateway's and the readers' `on_fetch`."""
        self._tell(tell_mail(fetch, self.names))

    def heard_click(self, mail: Mail | None, path: str) -> None:
        """The visitor's browser arrived at `path`, where the banner of a mail leads."""
        self._tell(tell_click(mail, self.names, path))

    def _tell(self, telling: Telling) -> None:
        story = self._continued(telling) or self._begun(telling)
        if story is not None:
            story.take(telling, self._now())
            self.on_story(story)
        self.changed()

    def _continued(self, telling: Telling) -> Story | None:
        if telling.is_cause and not telling.goes_on:
            return self._adopted(telling) if telling.deed == "click" else None
        return self._open(telling.keys, OPEN_FOR) or (None if telling.went_well else self._needing(telling.partner))

    def _needing(self, partner: Partner) -> Story | None:
        """The last story for which somebody was needed who does not answer now."""
        earliest = self._now() - OUTAGE_TOLD_FOR
        return next((one for one in self.stories if one.at >= earliest and partner in one.partners), None)

    def _adopted(self, telling: Telling) -> Story | None:
        """A story whose end was seen before its beginning."""
        found = self._open(telling.keys, ADOPTED_WITHIN)
        return found if found and not found.causes else None

    def _open(self, keys: frozenset[Hashable], within: timedelta) -> Story | None:
        earliest = self._now() - within
        return next((one for one in self.stories if one.at >= earliest and not one.keys.isdisjoint(keys)), None)

    def _begun(self, telling: Telling) -> Story | None:
        """Nothing, for a request that says nothing by itself."""
        if not telling.says:
            return None
        before = [one for one in self.stories if not one.keys.isdisjoint(telling.inherits)]
        story = Story(next(self._numbers), self._now(), set(before[0].keys) if before else set())
        self.stories.appendleft(story)
        return story

    def changed(self) -> None:
        """Something that the page shows has changed."""
        self.version += 1
        self._moved.set()
        self._moved = asyncio.Event()

    async def newer_than(self, version: int) -> int:
        """The version, as soon as it is another."""
        while self.version == version:
            await self._moved.wait()
        return self.version

    async def answered(self, since: int, *, within: float) -> None:
        """Return when every story younger than that of number `since` has an effect, or after so many seconds."""
        try:
            async with asyncio.timeout(within):
                while any(one.id > since and one.causes and not one.effects for one in self.stories):
                    await self.newer_than(self.version)
        except TimeoutError:
            return

    @property
    def last(self) -> int:
        """The number of the newest story."""
        return max((one.id for one in self.stories), default=0)
