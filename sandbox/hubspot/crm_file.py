"""A CRM as one JSON file, so that the next start finds the data of the last one."""

from pathlib import Path
from typing import get_type_hints

import msgspec

from sandbox.hubspot.crm import Crm

STORED = (
    "contacts",
    "companies",
    "owners",
    "lists",
    "properties",
    "merged_into",
    "blocked_addresses",
    "next_id",
)


def save(crm: Crm, path: Path) -> None:
    """Replaces the file at once, so that a crash leaves the old one or the new one."""
    written = path.with_suffix(".new")
    written.write_bytes(msgspec.json.encode({name: getattr(crm, name) for name in STORED}))
    written.replace(path)


def load(path: Path) -> Crm:
    """Raises: FileNotFoundError; msgspec.ValidationError, if the file is none of ours."""
    stored = msgspec.json.decode(path.read_bytes())
    types = get_type_hints(Crm)
    return Crm(**{name: msgspec.convert(stored[name], types[name], str_keys=True) for name in STORED})
