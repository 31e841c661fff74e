"""Logs: structured, readable on a terminal, JSON otherwise; and the last line of defence for what nobody may read."""

import logging
import re
import sys
import threading
from collections.abc import Callable, Iterable, MutableMapping
from logging.handlers import QueueHandler
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, Final, TextIO

import structlog

LONGEST_QUEUE: Final = 10_000
FLUSH_S: Final = 2.0
SHORTEST_SECRET: Final = 6

_LOCAL_PART: Final = r"[^\s@＠\"'<>(){}\[\],;:=/\\|]"
_PATTERNS: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (rf"(?<!{_LOCAL_PART}){_LOCAL_PART}+(?:[@＠]|%40)[\w-]+(?:\.[\w-]+)+", "<address>"),
        (r"\b(?:xox[a-z]|xapp|pat)-[A-Za-z0-9-]+", "<token>"),
        (r"\bwhsec_[A-Za-z0-9+/=_-]+", "<secret>"),
        (r"(?i)\b(bearer)\s+[A-Za-z0-9._~+/=-]+", r"\1 <token>"),
        (r"(/[cbp]/)[A-Za-z0-9_.~%-]{8,}", r"\1<token>"),
        (r"\b[A-Za-z0-9_-]{12}\.[A-Za-z0-9_-]{40,}", "<token>"),  # the token of a mail, wherever it stands
        (r"(://[^/\s:@]*):[^/\s@]+@", r"\1:<password>@"),
        # Whoever has one of these can answer as our app, or listen as it does.
        (r"(hooks\.slack\.com/)\S+", r"\1<token>"),
        (r"([?&]ticket=)[^&\s]+", r"\1<token>"),
    )
)

# What libraries say below these levels is noise, or holds bodies and parameters of strangers. Levels set on their
# loggers would not do: slack_bolt sets its own back to the root's.
_LEAST_LEVELS: Final = {
    "aiohttp.access": logging.ERROR,
    "alembic": logging.WARNING,
    "apscheduler": logging.WARNING,
    "asyncio": logging.WARNING,
    "hubspot": logging.WARNING,
    "slack_bolt": logging.ERROR,
    "slack_sdk": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "urllib3": logging.ERROR,
}


def set_up_logging(
    stream: TextIO = sys.stderr,
    *,
    as_json: bool | None = None,
    level: int = logging.INFO,
    secrets: Iterable[str] = (),
) -> None:
    """
    Route everything, the libraries' lines too, to `stream`: JSON unless it is a terminal, or as told.

    Args:
        secrets: values in use that must not be printed, whatever they look like.
    """
    is_json = not stream.isatty() if as_json is None else as_json
    structlog.configure(
        processors=[*_FACTS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = NeverBlocking(stream)
    handler.addFilter(_is_worth_a_line)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_FACTS,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redactor(secrets),
                structlog.processors.JSONRenderer() if is_json else _for_people(stream),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(True)
    sys.excepthook = lambda _, error, __: _log_crash(error)
    threading.excepthook = lambda crash: _log_crash(crash.exc_value)


def _log_crash(error: BaseException | None) -> None:
    if not isinstance(error, KeyboardInterrupt):
        logging.getLogger(__name__).critical("stopped by a mistake of ours", exc_info=error)


_FACTS: Final[list[Any]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def _for_people(stream: TextIO) -> structlog.dev.ConsoleRenderer:
    # A prettier traceback would have to be made after it was redacted.
    return structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback)


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    if record.name.startswith("slack_sdk.socket_mode"):
        record.exc_info = None  # a traceback at each try would fill the log while Slack is away; the line says why
    least = next((level for name, level in _LEAST_LEVELS.items() if f"{record.name}.".startswith(f"{name}.")), 0)
    return record.levelno >= least and not _is_a_strangers_bad_request(record)


def _is_a_strangers_bad_request(record: logging.LogRecord) -> bool:
    """aiohttp answers what is no HTTP with 400, and prints a traceback for each."""
    error = record.exc_info[1] if record.exc_info else None
    return record.name == "aiohttp.server" and type(error).__module__ == "aiohttp.http_exceptions"


class NeverBlocking(QueueHandler):
    """
    Writes in a thread of its own: a full pipe that nobody reads costs lines, which are counted, and stops no service.

    Lines wait in memory, at most `longest_queue` of them; `flush` waits up to two seconds for them.
    """

    def __init__(self, stream: TextIO, longest_queue: int = LONGEST_QUEUE) -> None:
        # The simple queue may be used from signal handlers and finalisers, which may log too.
        self._waiting: SimpleQueue[str | Event | None] = SimpleQueue()
        super().__init__(self._waiting)
        self._stream = stream
        self._longest_queue = longest_queue
        self._lost = 0
        self._writer = Thread(target=self._write_all, name="footlight-log", daemon=True)
        self._writer.start()

    def prepare(self, record: logging.LogRecord) -> str:
        """The line for a record."""
        return self.format(record)

    def enqueue(self, line: str) -> None:  # type: ignore[override] # it gets what `prepare` made
        """Let a line wait, or count it as lost."""
        if self._waiting.qsize() < self._longest_queue:
            self._waiting.put(line)
        else:
            self._lost += 1

    def handleError(self, record: logging.LogRecord) -> None:
        """Say where the broken line stands. (The standard library's way prints its values, unredacted.)"""
        self.enqueue(self._line("a log line could not be made: %s:%d", record.filename, record.lineno))

    def flush(self) -> None:
        """Wait for the lines that wait now, up to two seconds."""
        if self._writer.is_alive():
            written = Event()
            self._waiting.put(written)
            written.wait(FLUSH_S)

    def close(self) -> None:
        """Let the thread end when it has written what waits."""
        self._waiting.put(None)
        super().close()

    def _write_all(self) -> None:
        while (one := self._waiting.get()) is not None:
            if isinstance(one, Event):
                one.set()
            else:
                self._write(one)

    def _write(self, line: str) -> None:
        lost, self._lost = self._lost, 0
        lines = [line, self._line("%d log lines were lost: nobody read them in time", lost)] if lost else [line]
        try:
            self._stream.write("".join(f"{line}\n" for line in lines))
            self._stream.flush()
        except (OSError, ValueError):  # the other end is gone, or the stream is closed: there is nobody to tell
            self._lost += lost + 1

    def _line(self, text: str, *facts: object) -> str:
        return self.format(logging.LogRecord(__name__, logging.WARNING, __file__, 0, text, facts, None))


def redactor(secrets: Iterable[str] = ()) -> Callable[[Any, str, MutableMapping[str, Any]], MutableMapping[str, Any]]:
    """A processor that takes addresses, tokens and these secrets out of every value of a log line, nested ones too."""
    known = sorted((secret for secret in secrets if len(secret) >= SHORTEST_SECRET), key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, known)) or r"(?!)")

    def clean(value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, dict):
            return {clean(key): clean(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [clean(inner) for inner in value]
        return redacted(pattern.sub("<secret>", str(value)))

    def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {clean(key): clean(value) for key, value in event.items()}

    return redact


def redacted(text: str) -> str:
    """`text` without what looks like an address, a token or a secret."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text
