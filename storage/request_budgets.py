"""Request budgets: the one budget of requests to HubSpot that all processes share, and what it tells of the day."""

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec
from sqlmodel import Field, Session, SQLModel, select

from decisions import request_budget
from decisions.request_budget import Ask, Budget, Day, Portion, RequestBudget
from storage.bulk import insert_missing
from storage.columns import BigId, Json
from storage.database import Store, named_errors

Out = TypeVar("Out")

# There is one token, so there is one budget.
_ONLY: Final = 1


class RequestBudgetKept(SQLModel, table=True):
    """The only row: all windows in one, so that one lock suffices."""

    __tablename__ = "request_budget"

    id: int = Field(default=_ONLY, primary_key=True, sa_type=BigId)
    budget: dict[str, object] = Field(sa_type=Json)


class SharedBudget:
    """
    The budget in the store, for the threads that ask HubSpot. Its methods raise StoreDown or Busy.

    `clock` gives seconds since 1970; those of all machines agree within a second.
    """

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self.now = clock

    def take(self, ask: Ask) -> Portion:
        """Report, and take a portion."""
        return self._change(take, ask, self.now())

    def close(self, budget: Budget, wait: float) -> None:
        """HubSpot refused a request: nobody sends for so many seconds."""
        self._change(close, budget, self.now() + wait)

    def _change(self, fn: Callable[..., Out], *args: object) -> Out:
        if self._store.engine.dialect.name == "sqlite":
            return self._store.write_now(fn, *args)
        # Shared with other writes, the row's lock and theirs could be taken in another order elsewhere: a deadlock.
        with named_errors(), Session(self._store.engine) as session, session.begin():
            return fn(session, *args)


def take(session: Session, ask: Ask, now: float) -> Portion:
    """Report, and take a portion; `now` in seconds since 1970."""
    row = _row(session)
    budget, portion = request_budget.take(_read(row), ask, now)
    _write(session, row, budget)
    return portion


def close(session: Session, name: Budget, until: float) -> None:
    """Nobody sends before `until`."""
    row = _row(session)
    _write(session, row, request_budget.closed(_read(row), name, until))


def day(session: Session) -> Day | None:
    """What HubSpot said last of its day; None: it did not say."""
    row = session.get(RequestBudgetKept, _ONLY)
    return _read(row).day if row else None


def _row(session: Session) -> RequestBudgetKept:
    """The row, locked until the transaction ends."""
    fresh = {"id": _ONLY, "budget": msgspec.to_builtins(request_budget.initial())}
    insert_missing(session, RequestBudgetKept, [fresh])
    return session.exec(select(RequestBudgetKept).with_for_update()).one()


def _read(row: RequestBudgetKept) -> RequestBudget:
    return msgspec.convert(row.budget, RequestBudget)


def _write(session: Session, row: RequestBudgetKept, budget: RequestBudget) -> None:
    row.budget = msgspec.to_builtins(budget)
    session.flush()
