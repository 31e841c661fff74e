"""Of whom a button speaks: a contact or a lead, by an opaque id, and in which page of a list it stands."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self


class SubjectKind(StrEnum):
    """What the id is an id of."""

    CONTACT = "contact"
    LEAD = "lead"


_SPELT: Final = re.compile(r"(contact|lead):([1-9][0-9]{0,17})(?::list:([0-9]{1,6}))?")


@dataclass(frozen=True, slots=True)
class Subject:
    """
    A person as buttons name them. Everybody can replay a button's value: rights are asked when it is pressed.

    `skipped`: how many stand before the page of the list in which the button is; None: it is in no list.
    """

    kind: SubjectKind
    id: int
    skipped: int | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}{'' if self.skipped is None else f':list:{self.skipped}'}"

    @classmethod
    def parse(cls, value: str) -> Self | None:
        """The subject that a button's value names, None for anything else."""
        found = _SPELT.fullmatch(value)
        if found is None:
            return None
        kind, id_, skipped = found.groups()
        return cls(SubjectKind(kind), int(id_), None if skipped is None else int(skipped))
