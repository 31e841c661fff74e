"""Of whom a button speaks: a contact or a lead, by an opaque id, and whether it stands in a list of several."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self


class SubjectKind(StrEnum):
    """What the id is an id of."""

    CONTACT = "contact"
    LEAD = "lead"


_SPELT: Final = re.compile(r"(contact|lead):([1-9][0-9]{0,17})(:list)?")


@dataclass(frozen=True, slots=True)
class Subject:
    """A person as buttons name them. Everybody can replay a button's value: rights are asked when it is pressed."""

    kind: SubjectKind
    id: int
    in_list: bool = False

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}{':list' if self.in_list else ''}"

    @classmethod
    def parse(cls, value: str) -> Self | None:
        """The subject that a button's value names, None for anything else."""
        found = _SPELT.fullmatch(value)
        return cls(SubjectKind(found.group(1)), int(found.group(2)), bool(found.group(3))) if found else None
