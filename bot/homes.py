"""The Homes that somebody may be looking at: shown when they are opened, and renewed when what they show changed."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from slack_sdk.errors import SlackApiError

from bot.blocks.elements import Block
from bot.blocks.home_view import home_view, refused_home
from bot.blocks.reader import Reader
from bot.chart_links import ChartLinks
from bot.charts_refused import with_charts_if_possible
from bot.permissions import People, Person, Right, refusal
from bot.slack_errors import error_code
from bot.texts import Texts
from bot.web_client import ClientOf, NotInstalled
from decisions.calendar_steps import WEEK, monday_of, zone_of
from decisions.slack_ids import slack_id, workspace_of
from decisions.where_it_broke import where_it_broke
from storage import Session, Store, permitted
from storage.home_state import HomeState, home_state

log = structlog.get_logger()

# So long after somebody opened their Home it is kept up to date.
WATCHED_FOR: Final = timedelta(hours=1)
# Slack takes about a hundred a minute: at most so many, each time.
RENEWED_EVERY: Final = timedelta(seconds=15)
MOST_RENEWED: Final = 20


@dataclass(slots=True)
class Looking:
    """Somebody who opened their Home. `fingerprint` is that of what they see."""

    team_id: str
    opened_at: datetime
    fingerprint: str = ""


class Homes:
    """The Homes that this process was told of. One for each process that hears Slack; `run` keeps them up to date."""

    def __init__(
        self,
        store: Store,
        people: People,
        client_of: ClientOf,
        *,
        now: Callable[[], datetime],
        every: timedelta = RENEWED_EVERY,
        charts: ChartLinks | None = None,
    ) -> None:
        self._store = store
        self._people = people
        self._client_of = client_of
        self._now = now
        self._every = every
        self._charts = charts
        self._looking: dict[str, Looking] = {}

    async def show(self, user_id: str, team_id: str) -> None:
        """
        Show somebody who opened it, or changed something in it, their Home as it is now.

        Raises:
            SlackApiError, NotInstalled, StoreDown, Busy
        """
        self._looking[user_id] = Looking(team_id, self._now())
        await self._publish(user_id, self._looking[user_id])

    async def run(self) -> None:
        """Renew without end what changed; without Slack or the store it goes on when they are back."""
        while True:
            await asyncio.sleep(self._every.total_seconds())
            since = self._now() - WATCHED_FOR
            self._looking = {user_id: one for user_id, one in self._looking.items() if one.opened_at >= since}
            latest = sorted(self._looking.items(), key=lambda one: one[1].opened_at, reverse=True)
            for user_id, one in latest[:MOST_RENEWED]:
                await self._renew(user_id, one)

    async def _renew(self, user_id: str, looking: Looking) -> None:
        try:
            await self._publish(user_id, looking)
        except NotInstalled:
            self._looking.pop(user_id, None)
        except SlackApiError as error:
            log.warning("a Home could not be renewed", because=error_code(error))
        except Exception as error:  # noqa: BLE001 - the loop's edge: one Home's trouble must not end the others
            log.warning("a Home could not be renewed", because=where_it_broke(error))

    async def _publish(self, user_id: str, looking: Looking) -> None:
        """Slack is told of nothing that it shows already."""
        view = await self._view(await self._people.get(user_id, looking.team_id))
        fingerprint = hashlib.sha256(json.dumps(view).encode()).hexdigest()
        if fingerprint != looking.fingerprint:
            client = await self._client_of(workspace_of(user_id))

            async def publish(blocks: list[Block]) -> None:
                await client.views_publish(user_id=slack_id(user_id), view=view | {"blocks": blocks})

            await with_charts_if_possible(publish, view["blocks"])
            looking.fingerprint = fingerprint

    async def _view(self, person: Person) -> dict[str, Any]:
        texts = Texts(person.language)
        if because := refusal(person, Right.SEE):
            return refused_home(texts(because))
        # Relative words would change by themselves.
        reader = Reader(texts, chart_url=self._charts, workspace=workspace_of(person.user_id))
        return home_view(await self._store.read(_state, person, self._now()), reader)


def _state(session: Session, person: Person, now: datetime) -> HomeState:
    may_decide = person.is_admin or permitted.is_permitted(session, person.user_id)
    zone = zone_of(person.time_zone)
    return home_state(
        session,
        f"slack:{person.user_id}",
        person.email,
        last_monday=monday_of(now, zone) - WEEK,
        zone=zone,
        may_decide=may_decide,
        now=now,
    )
