"""What every job that asks HubSpot is handed, and the one way in which it asks."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar, cast

from decisions.retries import Failure, GiveUp, next_attempt
from jobs.hubspot.client import HubSpotClient
from jobs.hubspot.portal import read_portal
from jobs.hubspot.trouble import HubSpotTrouble
from storage import Store, portal
from storage.opt_outs import Hasher

Answer = TypeVar("Answer")

# A request that failed for a passing reason is sent again twice: after about 2 s and 16 s.
MOST_TRIES: Final = 3
# So many questions wait for HubSpot, or for their turn, at the same time.
QUESTIONS_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class Context:
    """
    `now` gives aware UTC times, `new_id` a text that was never given before, `sleep` waits so many seconds.

    `patience`: a pass that makes no progress for so long gives up.
    """

    store: Store
    hubspot: HubSpotClient
    hasher: Hasher
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    patience: timedelta = timedelta(seconds=60)
    threads: Executor = field(default_factory=lambda: ThreadPoolExecutor(QUESTIONS_AT_ONCE, "footlight-hubspot"))

    async def ask(self, question: Callable[[], Answer], *, tries: int = MOST_TRIES) -> Answer:
        """
        HubSpot's answer to a blocking `question`, put in a thread.

        Raises:
            HubSpotTrouble: that lasts, wants a longer wait than our patience, or came again at every try.
        """
        attempt = 1
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self.threads, question)
            except HubSpotTrouble as trouble:
                wait = self._wait_after(attempt, trouble, tries)
                if wait is None:
                    raise
            await self.sleep(wait.total_seconds())
            attempt += 1

    def _wait_after(self, attempt: int, trouble: HubSpotTrouble, tries: int) -> timedelta | None:
        decided = next_attempt(attempt, Failure(str(trouble), trouble.lasting, trouble.wait), most=tries)
        if isinstance(decided, GiveUp) or decided.after >= self.patience:
            return None
        return decided.after

    async def check_portal(self) -> None:
        """
        Make sure that the token belongs to the portal that everything here came from.

        Raises:
            HubSpotTrouble, storage.portal.OtherPortal
        """
        details = await self.ask(lambda: read_portal(self.hubspot))
        if details is not None:
            await self.store.write(
                portal.remember,
                details.portal_id,
                now=self.now(),
                time_zone=details.time_zone,
                ui_domain=details.ui_domain,
            )


async def all_of(questions: Iterable[Awaitable[Answer]]) -> list[Answer]:
    """
    The answers of all, in their order, once the last one has ended.

    Raises:
        The first trouble, if there was any; nobody is still at work then.
    """
    ended = await asyncio.gather(*questions, return_exceptions=True)
    for error in ended:
        if isinstance(error, BaseException):
            raise error
    return cast(list[Answer], ended)
