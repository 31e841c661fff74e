"""Problems: what a caller did wrong, or what is wrong with us, as an answer (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import msgspec
from aiohttp import web

from storage import Busy, StoreDown
from webhooks.verify import NotProven, Stale

TRY_AGAIN_SECONDS: Final = 5
NO_STORE: Final = {"Cache-Control": "no-store"}


class Problem(Exception):
    """
    A refusal with its reason.

    `reason` is a word or two for the counters, `detail` says what to do; neither repeats what the caller sent.
    """

    def __init__(self, status: int, reason: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.reason, self.detail, self.headers = status, reason, detail, headers or {}


def too_large(what: str) -> Problem:
    """413: `what` may be had, and no more."""
    return Problem(413, "too large", f"At most {what} in one request: send it in parts.")


def malformed(detail: str) -> Problem:
    """400: what came is not what this endpoint reads."""
    return Problem(400, "malformed", detail)


def switched_off(status: int, setting: str) -> Problem:
    """This endpoint needs a setting that is not set."""
    return Problem(status, "switched off", f"This endpoint is off. To switch it on, set {setting} and restart.")


def as_problem(error: Exception) -> Problem | None:
    """The problem that an expected error is; None for one that nobody expected."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, NotProven):
        reason = "stale" if isinstance(error, Stale) else "forged"
        return Problem(401, reason, f"This request is refused: {error}.")
    if isinstance(error, StoreDown | Busy):
        wait = {"Retry-After": str(TRY_AGAIN_SECONDS)}
        return Problem(503, "store down", "Nothing can be kept at this moment: send it again.", wait)
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return too_large("1 MB")
    # A body that breaks off, or is not encoded as it says.
    if isinstance(error, web.RequestPayloadError | ConnectionError):
        return malformed("The body could not be read to its end.")
    return None


def answer(problem: Problem) -> web.Response:
    """The problem as an answer."""
    body = {"title": HTTPStatus(problem.status).phrase, "status": problem.status, "detail": problem.detail}
    return web.Response(
        body=msgspec.json.encode(body),
        status=problem.status,
        content_type="application/problem+json",
        headers={**NO_STORE, **problem.headers},
    )
