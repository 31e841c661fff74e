"""How values that Python and the databases spell differently are kept: moments, ids, JSON."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

from sqlalchemy import JSON, BigInteger, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB, TEXT
from sqlalchemy.types import TypeDecorator

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

# SQLite numbers rows by itself only for a column of exactly this type.
BigId: Final = BigInteger().with_variant(Integer, "sqlite")
# Compared by code point: so an index serves prefixes and ranges on both databases.
Folded: Final = Text().with_variant(TEXT(collation="C"), "postgresql")
Json: Final = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an aware `moment`, exactly."""
    return (moment - EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """The aware UTC moment, exactly."""
    return EPOCH + timedelta(microseconds=microseconds)


class Moment(TypeDecorator[datetime]):
    """
    An aware moment, kept as microseconds since 1970 in UTC.

    SQLite has no type for times, and drops the zone of PostgreSQL's; a number sorts and compares alike on both.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        return None if value is None else from_microseconds(value)


Spelt = TypeVar("Spelt", bound=StrEnum)


class Word(TypeDecorator[Spelt]):
    """A word of a StrEnum, kept as text: a new word needs no migration."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[Spelt]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: Spelt | None, dialect: Any) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Any) -> Spelt | None:
        return None if value is None else self.words(value)
