"""Text search: rows that are found by a text of theirs, with the trigrams that either database keeps of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, column, func, or_, select, table
from sqlmodel import Session

from decisions.search import Either, Every, Pattern
from storage.database import is_sqlite

TRIGRAM: Final = 3
LOOKED_AT: Final = 200  # of very many that match, the best are picked among so many
COMPARED: Final = 2_000


@dataclass(frozen=True, slots=True)
class Index:
    """
    What is searched: the column of the ids, that of the plain texts, and which rows are shown at all.

    `trigrams`: SQLite's table of them; PostgreSQL's index serves LIKE by itself.
    """

    id: Any
    text: Any
    shown: ColumnElement[bool]
    trigrams: str


@dataclass(frozen=True, slots=True)
class Matches:
    """The best first; `total` is how many there are, or where `is_more`, how many were counted of more."""

    ids: tuple[int, ...]
    total: int
    is_more: bool


def matching(session: Session, index: Index, words: Sequence[str], limit: int, *, counted: int) -> Matches:
    """
    Rows whose text holds every word; those that begin with the first word come first.

    Words of less than three letters alone are looked for at the begin only. At most `counted` are counted.
    """
    query = select(index.id, index.text).where(
        index.shown, *(index.text.contains(word, autoescape=True) for word in words)
    )
    long = tuple(word for word in words if len(word) >= TRIGRAM)
    begins = query.where(*_begins(index, words[0]))
    holds = _having(session, index, query, Every(long)) if long else begins
    rows = session.execute(begins.limit(LOOKED_AT)).all()
    if len(rows) < limit:
        rows = [*rows, *session.execute(holds.limit(LOOKED_AT))]
    texts: dict[int, str] = dict(tuple(row) for row in rows)
    best = sorted(texts, key=lambda id_: _place(texts[id_], words))[:limit]
    total = len(texts) if len(texts) < limit else _count(session, holds.limit(counted + 1))
    return Matches(tuple(best), min(total, counted), total > counted)


def candidates(session: Session, index: Index, pattern: Pattern) -> Sequence[tuple[int, str]]:
    """At most so many as can be compared one by one, of the rows whose text holds what the pattern says."""
    query = select(index.id, index.text).where(index.shown)
    rows = session.execute(_having(session, index, query, pattern).limit(COMPARED))
    return [(id_, text) for id_, text in rows]


def _count(session: Session, query: Any) -> int:
    total: int = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    return total


def _place(text: str, words: Sequence[str]) -> tuple[bool, bool, str]:
    """Begins with what was asked, holds it at the begin of words, the alphabet."""
    at_begin = all(re.search(rf"(^|[^\w]){re.escape(word)}", text) for word in words)
    return not text.startswith(words[0]), not at_begin, text


def _begins(index: Index, word: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    # A range, as neither database's LIKE uses the index for every text.
    return index.text >= word, index.text < word + "\U0010ffff"


def _having(session: Session, index: Index, query: Any, pattern: Pattern) -> Any:
    if not is_sqlite(session):
        return query.where(holds(index.text, pattern))
    trigrams = table(index.trigrams, column("rowid"), column(index.trigrams))
    held = trigrams.c[index.trigrams].op("MATCH")(_match(pattern))
    return query.join(trigrams, trigrams.c.rowid == index.id).where(held)


def holds(text: Any, pattern: Pattern) -> ColumnElement[bool]:
    """The condition that a text holds what the pattern says."""
    match pattern:
        case Every(parts):
            return and_(*(holds(text, part) for part in parts))
        case Either(parts):
            return or_(*(holds(text, part) for part in parts))
        case str():
            held: ColumnElement[bool] = text.contains(pattern, autoescape=True)
            return held


def _match(pattern: Pattern) -> str:
    match pattern:
        case Every(parts):
            return f"({' AND '.join(map(_match, parts))})"
        case Either(parts):
            return f"({' OR '.join(map(_match, parts))})"
        case str():
            return '"' + pattern.replace('"', '""') + '"'
