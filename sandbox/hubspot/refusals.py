"""HubSpot's error answers: status, category and the shapes of their bodies."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

Json = dict[str, Any]

DOCS = "https://developers.hubspot.com"


class Refused(Exception):
    """The request gets this answer instead of what it asked for."""

    def __init__(self, status: int, category: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.headers: Mapping[str, str] = {}
        self.body: Json = {"status": "error", "message": message, "correlationId": str(uuid4()), "category": category}
        self.body |= more


def invalid(message: str, **more: Any) -> Refused:
    return Refused(400, "VALIDATION_ERROR", message, **more)


def missing_fields(names: Sequence[str]) -> Refused:
    return invalid(f"Invalid input JSON on line 1, column 1: Some required fields were not set: [{', '.join(names)}]")


def not_found(message: str = "resource not found") -> Refused:
    return Refused(404, "OBJECT_NOT_FOUND", message)


def conflict(message: str) -> Refused:
    return Refused(409, "CONFLICT", message)


def unauthorized(*, credentials_given: bool) -> Refused:
    said = "Authentication credentials not found" if not credentials_given else "The access token is invalid or revoked"
    message = f"{said}. This API supports OAuth 2.0 authentication and you can find more details at {DOCS}/docs"
    return Refused(401, "INVALID_AUTHENTICATION", message)


def scopes_missing(scopes: Sequence[str]) -> Refused:
    return Refused(
        403,
        "MISSING_SCOPES",
        "This app hasn't been granted all required scopes to make this call. "
        f"Read more about required scopes here: {DOCS}/scopes.",
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": list(scopes)},
            }
        ],
        links={"scopes": f"{DOCS}/scopes"},
    )


def too_many(policy: str, retry_after: str | None = None) -> Refused:
    """429 as HubSpot words it for the policies TEN_SECONDLY_ROLLING, SECONDLY and DAILY; it has no `category`."""
    refused = Refused(429, "", f"You have reached your {policy.lower()} limit.", errorType="RATE_LIMIT")
    del refused.body["category"]
    if policy != "SECONDLY":
        refused.body["policyName"] = policy
    if retry_after is not None:
        refused.headers = {"Retry-After": retry_after}
    return refused


def server_trouble(status: int) -> Refused:
    """502, 503 and the like; also 477 (the account moves to another data centre)."""
    headers = {"Retry-After": "2"} if status == 477 else {}
    refused = Refused(status, "INTERNAL_ERROR", "internal error")
    refused.headers = headers
    return refused


def bad_properties(problems: Sequence[tuple[str, str, str]]) -> Refused:
    details = [{"message": text, "code": code, "context": {"propertyName": [name]}} for name, code, text in problems]
    listed = ", ".join(
        f'{{"isValid":false,"message":"{text}","error":"{code}","name":"{name}"}}' for name, code, text in problems
    )
    return invalid(f"Property values were not valid: [{listed}]", errors=details)
