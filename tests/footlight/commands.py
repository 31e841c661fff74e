"""Commands as one types them: run in this process, and their JSON compared with the reference."""

import asyncio
import json
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from footlight.cli.app import main

HOUSE = Path(__file__).parents[2]
REFERENCE = (HOUSE / "docs/reference.md").read_text()
COMMAND = str(Path(sys.executable).with_name("footlight"))
KEY = "a secret key that is long enough"
FAIR = ("Fair", "--image", "https://ours.example/fair.png", "--target", "https://ours.example/fair")


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run_here(*arguments: str) -> Ran:
    """The command `footlight`, in this process."""
    out, err = StringIO(), StringIO()
    typed = patch.object(sys, "argv", ["footlight", *arguments])
    with typed, redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main()
    return Ran(int(ended.value.code or 0), out.getvalue(), err.getvalue())


async def footlight(*arguments: str) -> Ran:
    """The command `footlight`, while servers run in this loop; none of its errors may end in a traceback."""
    ran = await asyncio.to_thread(run_here, *arguments)
    assert "Traceback" not in ran.err
    return ran


async def printed(*arguments: str) -> Any:
    """The JSON that a verb prints."""
    ran = await footlight(*arguments, "--json")
    assert (ran.status, ran.err) == (0, "")
    return ran.json


def documented(verb: str, nth: int = 0) -> Any:
    """The shape of a verb's JSON, as the reference shows it; `nth`: of its other forms."""
    section = REFERENCE.partition(f"#### `footlight {verb}")[2].partition("\n#")[0]
    return json.loads(re.findall(r"```json\n(.*?)```", section, re.DOTALL)[nth])


def shape(value: Any) -> Any:
    """The keys of a value in their order, down through lists; of `properties` and of empty lists nothing."""
    if isinstance(value, dict):
        return {key: None if key == "properties" else shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value and isinstance(value[0], dict) else None
