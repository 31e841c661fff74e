"""What the tests of the composition root share: no settings, and logs that are undone again."""

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from footlight.settings import TABLE


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No setting of the machine that runs the tests, in a folder of one's own."""
    for name, _ in TABLE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def logs_undone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever sets up logging in a test is undone at its end; no logger remembers it."""
    configure = structlog.configure
    monkeypatch.setattr(structlog, "configure", lambda **what: configure(**what | {"cache_logger_on_first_use": False}))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    root, before, level = logging.getLogger(), logging.getLogger().handlers[:], logging.getLogger().level
    yield
    logging.captureWarnings(False)
    for handler in set(root.handlers) - set(before):
        handler.close()
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()
