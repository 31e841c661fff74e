"""Logs: structured, readable on a terminal and JSON otherwise, and the last line of defence against personal data."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import structlog

# What must never be printed, whatever put it into a log line.
_SECRETS: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[^\s@\"'<>(){}\[\],;:=/]{1,64}@[A-Za-z0-9.-]+\.[A-Za-z]{2,}", "<address>"),
        (r"\bx(?:ox[a-z]|app)-[A-Za-z0-9-]+", "<token>"),
        (r"\bpat-[a-z0-9]+-[A-Za-z0-9-]+", "<token>"),
        (r"\bwhsec_[A-Za-z0-9+/=_-]+", "<secret>"),
        (r"(?i)\bbearer\s+[A-Za-z0-9._~+/=-]+", "Bearer <token>"),
        (r"(/[cbp]/)[A-Za-z0-9_.%-]{8,}", r"\1<token>"),
        (r"(://[^/\s:@]*):[^/\s@]+@", r"\1:<password>@"),
    )
)
# They print bodies, parameters or a traceback for what strangers sent.
_QUIET: Final = {
    "aiohttp.access": logging.ERROR,
    "aiohttp.server": logging.CRITICAL,
    "apscheduler": logging.WARNING,
    "slack_bolt": logging.WARNING,
    "slack_bolt.AsyncRequestVerification": logging.ERROR,
    "slack_sdk": logging.WARNING,
    "urllib3": logging.ERROR,
    "hubspot": logging.WARNING,
    "asyncio": logging.WARNING,
}


def set_up_logging(stream: TextIO = sys.stderr, *, as_json: bool | None = None, level: int = logging.INFO) -> None:
    """Route everything, the libraries' lines too, to `stream`: JSON unless it is a terminal, or as told."""
    is_json = not stream.isatty() if as_json is None else as_json
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer() if is_json else structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    last = structlog.processors.JSONRenderer() if is_json else structlog.dev.ConsoleRenderer(colors=stream.isatty())
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, last],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name, quiet in _QUIET.items():
        logging.getLogger(name).setLevel(max(level, quiet))


def redact(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take addresses, tokens and secrets out of every value of a log line."""
    for key, value in event.items():
        if not key.startswith("_"):
            event[key] = _clean(value)
    return event


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        return {_clean(key): _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(inner) for inner in value]
    return value if value is None or isinstance(value, bool | int | float) else redacted(str(value))


def redacted(text: str) -> str:
    """`text` without addresses, tokens and secrets."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text
