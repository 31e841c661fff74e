"""Group commit: writes that arrive while the last commit runs share the next one."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from queue import SimpleQueue
from typing import Generic, Protocol, TypeVar

from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from storage.trouble import StoreDown

In = TypeVar("In")
Out = TypeVar("Out")
Batch = Callable[[Session, Sequence[In]], Sequence[Out]]
OpenTransaction = Callable[[], AbstractContextManager[Session]]


class Retry(Exception):
    """A round failed for a reason that need not be everyone's: each write is tried again in its own transaction."""


class Work(Protocol):
    """Something to be done in a shared transaction, and told when that transaction ended."""

    def close(self) -> None:
        """Take in nothing more."""

    def run(self, session: Session) -> None:
        """Do it; what fails inside must not spoil the transaction for others."""

    def done(self) -> None:
        """It is on disk."""

    def failed(self, error: BaseException) -> None:
        """The transaction was not committed."""


class One(Generic[Out]):
    """One write, in a savepoint of its own."""

    def __init__(self, write: Callable[[Session], Out]) -> None:
        self.future: Future[Out] = Future()
        self._write = write
        self._result: Out
        self._error: Exception | None = None

    def close(self) -> None:
        pass

    def run(self, session: Session) -> None:
        self._error = None
        try:
            with session.begin_nested():
                self._result = self._write(session)
        except OperationalError:
            raise  # a lock, a lost connection: the transaction's fault, not this write's
        except Exception as error:  # noqa: BLE001 - handed to whoever waits for this write
            self._error = error

    def done(self) -> None:
        if self._error is None:
            self.future.set_result(self._result)
        else:
            self.future.set_exception(self._error)

    def failed(self, error: BaseException) -> None:
        self.future.set_exception(error)


class BatchWrite(Generic[In, Out]):
    """What arrived for one batch function while the last commit ran: done at once, or one by one if that fails."""

    def __init__(self, batch: Batch[In, Out], gathering: "Gathering[In, Out]") -> None:
        self.items: list[In] = []
        self.results: list[Out | Exception] = []
        self.waiters = Waiters(asyncio.get_running_loop())
        self._batch = batch
        self._gathering = gathering

    def close(self) -> None:
        self._gathering.close(self)

    def run(self, session: Session) -> None:
        try:
            with session.begin_nested():
                self.results = list(self._batch(session, self.items))
        except OperationalError:
            raise
        except Exception:  # noqa: BLE001 - the one that is to blame is found by trying each
            self.results = [self._run_alone(session, item) for item in self.items]

    def _run_alone(self, session: Session, item: In) -> Out | Exception:
        try:
            with session.begin_nested():
                return self._batch(session, [item])[0]
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - handed to whoever waits for this item
            return error

    def done(self) -> None:
        self._tell(None)

    def failed(self, error: BaseException) -> None:
        self._tell(error)

    def _tell(self, error: BaseException | None) -> None:
        if not self.waiters.loop.is_closed():
            self.waiters.loop.call_soon_threadsafe(self.waiters.end, error)


class Waiters:
    """
    Those who wait in one event loop for the end of a batch, each with a future of their own, so that one who gives up
    takes nothing from the others. One timer serves all: a time-out of each one's own costs as much as the waiting.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._has_ended = False
        self._error: BaseException | None = None
        self._patient: list[asyncio.Future[None]] = []
        self._hasty: deque[tuple[float, asyncio.Future[None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def wait(self, within: float | None) -> "asyncio.Future[None]":
        """Done at the end of the batch; with `within` (the same for all), TimeoutError after so many seconds."""
        waiter = self.loop.create_future()
        if self._has_ended:
            _end(waiter, self._error)
        elif within is None:
            self._patient.append(waiter)
        else:
            self._hasty.append((self.loop.time() + within, waiter))
            if self._timer is None:
                self._arm()
        return waiter

    def end(self, error: BaseException | None) -> None:
        """The batch is on disk, or failed."""
        self._has_ended, self._error = True, error
        if self._timer is not None:
            self._timer.cancel()
        for waiter in (*self._patient, *(waiter for _, waiter in self._hasty)):
            _end(waiter, error)

    def _arm(self) -> None:
        self._timer = self.loop.call_at(self._hasty[0][0], self._give_up)

    def _give_up(self) -> None:
        now, self._timer = self.loop.time(), None
        while self._hasty and self._hasty[0][0] <= now:
            _end(self._hasty.popleft()[1], TimeoutError("not on disk yet"))
        if self._hasty:
            self._arm()


def _end(waiter: "asyncio.Future[None]", error: BaseException | None) -> None:
    if waiter.done():
        return
    if error is None:
        waiter.set_result(None)
    else:
        waiter.set_exception(error)


class Gathering(Generic[In, Out]):
    """The hot path's gate: `await gathering(item)` returns its result when it is on disk."""

    def __init__(self, batch: Batch[In, Out], queue: "GroupCommit") -> None:
        self._batch = batch
        self._queue = queue
        self._lock = threading.Lock()
        self._waiting: BatchWrite[In, Out] | None = None

    async def __call__(self, item: In) -> Out:
        """
        Raises:
            StoreDown, Busy: when the transaction could not be committed; else what the batch function raised.
        """
        return await self.put(item).result()

    def put(self, item: In) -> "Pending[In, Out]":
        """Hand the item over; it will be written, whether or not anybody waits for the result."""
        return Pending(*self._join(item))

    def close(self, gathered: BatchWrite[In, Out]) -> None:
        with self._lock:
            if self._waiting is gathered:
                self._waiting = None

    def _join(self, item: In) -> tuple[BatchWrite[In, Out], int]:
        with self._lock:
            gathered, is_new = self._waiting, False
            if gathered is None:
                gathered = self._waiting = BatchWrite(self._batch, self)
                is_new = True
            gathered.items.append(item)
            place = len(gathered.items) - 1
        if is_new:
            self._queue.put(gathered)
        return gathered, place


class Pending(Generic[In, Out]):
    """An item on its way to the disk."""

    __slots__ = ("_gathered", "_place")

    def __init__(self, gathered: BatchWrite[In, Out], place: int) -> None:
        self._gathered, self._place = gathered, place

    async def result(self, within: float | None = None) -> Out:
        """
        Wait until it is on disk, at most `within` seconds (TimeoutError then); who stops waiting may ask again.

        Raises as the gate does.
        """
        await self._gathered.waiters.wait(within)
        result = self._gathered.results[self._place]
        if isinstance(result, Exception):
            raise result
        return result


class GroupCommit:
    """
    One thread that writes: takes all that waits, runs it in one transaction, commits, tells everyone.

    Args:
        transaction: opens a transaction that commits at its end; raises Retry where a second try may do.
    """

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction
        self._queue: SimpleQueue[Work | None] = SimpleQueue()
        self._is_closed = False
        self._thread = threading.Thread(target=self._serve, name="footlight-writer", daemon=True)
        self._thread.start()

    def put(self, work: Work) -> None:
        """
        Raises:
            StoreDown: after `close`, as nobody would do it any more.
        """
        if self._is_closed:
            raise StoreDown("the store is closed, as the process ends; nothing was written")
        self._queue.put(work)

    def close(self) -> None:
        """Finish what waits, then stop."""
        self._is_closed = True
        self._queue.put(None)
        self._thread.join()

    def _serve(self) -> None:
        while (first := self._queue.get()) is not None:
            waiting, is_last = [first], False
            while not self._queue.empty() and not is_last:
                work = self._queue.get()
                is_last = work is None
                waiting += [work] if work is not None else []
            self._round(waiting)
            if is_last:
                return

    def _round(self, waiting: list[Work]) -> None:
        for work in waiting:
            work.close()
        try:
            self._commit(waiting)
        except Retry:
            for work in waiting:
                self._alone(work)
        except Exception as error:  # noqa: BLE001 - handed to everyone who waits for this round
            _fail(waiting, error)
        else:
            _tell(waiting)

    def _alone(self, work: Work) -> None:
        try:
            self._commit([work])
        except Exception as error:  # noqa: BLE001 - handed to whoever waits for it
            work.failed(error.__cause__ or error if isinstance(error, Retry) else error)
        else:
            work.done()

    def _commit(self, waiting: list[Work]) -> None:
        with self._transaction() as session:
            for work in waiting:
                work.run(session)
                session.expunge_all()


def _tell(waiting: list[Work]) -> None:
    for work in waiting:
        work.done()


def _fail(waiting: list[Work], error: Exception) -> None:
    for work in waiting:
        work.failed(error)
