"""Group trouble: why a target group is not equal to its HubSpot list, for whoever reads it in whatever language."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import String
from sqlalchemy.types import TypeDecorator


class TroubleKind(StrEnum):
    """What went wrong, by what can be done about it."""

    ACCESS = "access"
    SCOPE = "scope"
    PORTAL = "portal"
    NOT_FOUND = "not_found"
    LIST_GONE = "list_gone"
    DOUBTED = "doubted"
    QUOTA = "quota"
    LIMIT = "limit"
    DOWN = "down"
    BAD_ANSWER = "bad_answer"
    STUCK = "stuck"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class GroupTrouble:
    """`text` is English, for logs and the command line; `kind` and what it is `about` are put into words elsewhere."""

    text: str
    kind: TroubleKind = TroubleKind.OTHER
    about: str = ""


class TroubleColumn(TypeDecorator[GroupTrouble]):
    """A group's trouble, kept as JSON. What stands there as mere text is of an older version."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: GroupTrouble | None, dialect: Any) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Any) -> GroupTrouble | None:
        if value is None or not value.startswith("{"):
            return None if value is None else GroupTrouble(value)
        return msgspec.json.decode(value, type=GroupTrouble)
