"""What the tests of the composition root share: logs that are set up, and undone again."""

import logging
import sys
import threading
from collections.abc import Iterator

import pytest
import structlog


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
