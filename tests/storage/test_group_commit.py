"""Writes that arrive together share one commit, and each stands or falls alone."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import event, text

from storage import Session, Store, StoreDown


@pytest.fixture
def notes(store: Store) -> None:
    """A table to write to."""

    def create(session: Session) -> None:
        session.execute(text("CREATE TABLE note (words VARCHAR PRIMARY KEY)"))

    store.write_now(create)


def add(session: Session, words: str) -> str:
    session.execute(text("INSERT INTO note VALUES (:words)"), {"words": words})
    return words.upper()


def add_many(session: Session, batch: Sequence[str]) -> list[str]:
    return [add(session, words) for words in batch]


def all_notes(session: Session) -> set[str]:
    return set(session.execute(text("SELECT words FROM note")).scalars())


def commits_of(store: Store) -> list[None]:
    seen: list[None] = []
    event.listen(store.engine, "commit", lambda _: seen.append(None))
    return seen


@pytest.mark.usefixtures("notes")
async def test_writes_share_commits(store: Store) -> None:
    """A hundred writes at once take far fewer commits than a hundred, and each gets its own result."""
    commits = commits_of(store)

    results = await asyncio.gather(*(store.write(add, f"note {number}") for number in range(100)))

    assert results == [f"NOTE {number}" for number in range(100)]
    assert len(commits) < 20


@pytest.mark.usefixtures("notes")
async def test_failed_write_leaves_its_neighbours_alone(store: Store) -> None:
    """A write that fails raises for its own caller only, and nothing of it remains."""

    def add_then_fail(session: Session) -> None:
        add(session, "half")
        raise ValueError("no")

    outcomes = await asyncio.gather(
        store.write(add, "before"), store.write(add_then_fail), store.write(add, "after"), return_exceptions=True
    )

    assert [outcomes[0], type(outcomes[1]), outcomes[2]] == ["BEFORE", ValueError, "AFTER"]
    assert await store.read(all_notes) == {"before", "after"}


@pytest.mark.usefixtures("notes")
async def test_gathered_items_are_one_batch(store: Store) -> None:
    """What arrives while a commit runs reaches the batch function together, and each gets its own result."""
    sizes: list[int] = []

    def note_size(session: Session, batch: Sequence[str]) -> list[str]:
        sizes.append(len(batch))
        return add_many(session, batch)

    gathering = store.gather(note_size)
    results = await asyncio.gather(*(gathering(f"note {number}") for number in range(100)))

    assert results == [f"NOTE {number}" for number in range(100)]
    assert sum(sizes) == 100
    assert len(sizes) < 20


@pytest.mark.usefixtures("notes")
async def test_batch_that_fails_is_repeated_one_by_one(store: Store) -> None:
    """One bad item of a batch fails alone; the others are stored once."""
    gathering = store.gather(add_many)

    outcomes = await asyncio.gather(
        *(gathering(words) for words in ("one", "two", "one", "three")), return_exceptions=True
    )

    assert sorted(outcome for outcome in outcomes if isinstance(outcome, str)) == ["ONE", "THREE", "TWO"]
    assert await store.read(all_notes) == {"one", "two", "three"}


@pytest.mark.usefixtures("notes")
async def test_who_stops_waiting_does_not_take_the_write_back(store: Store) -> None:
    """A write given to the store is made even if its caller is cancelled."""
    waiting = asyncio.ensure_future(store.write(add, "kept"))
    await asyncio.sleep(0)
    waiting.cancel()

    await store.write(add, "later")

    assert await store.read(all_notes) == {"kept", "later"}


@pytest.mark.usefixtures("notes")
async def test_close_finishes_what_waits(store: Store) -> None:
    """Closing the store loses no write that was given to it before."""
    writes = [asyncio.ensure_future(store.write(add, f"note {number}")) for number in range(20)]
    await asyncio.sleep(0)

    await store.close()

    assert len(await asyncio.gather(*writes)) == 20


@pytest.mark.usefixtures("notes")
async def test_closed_store_says_so(store: Store) -> None:
    """A write that comes after the store was closed is refused at once, instead of waiting for ever."""
    await store.close()

    with pytest.raises(StoreDown, match="closed"):
        await store.write(add, "late")
    with pytest.raises(StoreDown, match="closed"):
        await store.gather(add_many)("late")
