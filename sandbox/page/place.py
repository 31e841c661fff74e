"""Where the visitor is: which channel, list, mail and person the page shows. It stands in the address alone."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from html import escape
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Place:
    """`user` is who one is in Slack; `search` narrows HubSpot's contacts."""

    channel: str = ""
    user: str = ""
    hubspot_list: str = ""
    contact: str = ""
    mail: str = ""
    search: str = ""
    tour: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Place":
        return cls(**{one.name: str(query.get(one.name, ""))[:200] for one in fields(cls)})

    def link(self, **changes: str) -> str:
        """The address of the page elsewhere, for an attribute of HTML."""
        return escape(self.url(**changes))

    def url(self, **changes: str) -> str:
        """The address of the page elsewhere."""
        moved = replace(self, **changes)
        told = {one.name: value for one in fields(moved) if (value := getattr(moved, one.name))}
        return f"/?{urlencode(told)}" if told else "/"

    def hidden(self) -> str:
        """Hidden fields that bring a form's sender back here."""
        return "".join(
            f'<input type="hidden" name="{one.name}" value="{escape(value)}">'
            for one in fields(self)
            if (value := getattr(self, one.name))
        )

    def as_fields(self) -> dict[str, str]:
        return {one.name: value for one in fields(self) if (value := getattr(self, one.name))}


def is_number(text: str) -> bool:
    """Whether `int` takes it: some digits of other scripts are none."""
    return text.isascii() and text.isdigit() and len(text) < 19
