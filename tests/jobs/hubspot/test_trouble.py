"""Error answers become troubles that say what to do, whatever shape HubSpot gave them."""

import json
from datetime import timedelta

import pytest

from jobs.hubspot.trouble import (
    BadAnswer,
    HubSpotDown,
    NotFound,
    RateLimited,
    Refused,
    ScopeMissing,
    TokenRefused,
    trouble_of,
)


def trouble(status, body=None, **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    return trouble_of(status, raw, headers, what="the list 7", scopes=("crm.lists.read",))


def test_a_wrong_token():
    """401 speaks of the token and the setting that holds it, and comes again until somebody acts."""
    met = trouble(401, {"message": "Authentication credentials not found"})

    assert isinstance(met, TokenRefused)
    assert "token" in str(met)
    assert "HUBSPOT_ACCESS_TOKEN" in str(met)
    assert met.lasting


@pytest.mark.parametrize(
    "body",
    [
        {
            "category": "MISSING_SCOPES",
            "errors": [{"context": {"requiredGranularScopes": ["crm.objects.owners.read"]}}],
        },
        {"category": "MISSING_SCOPES", "errors": [{"context": {"requiredScopes": ["crm.objects.owners.read"]}}]},
        {"message": "This call needs one of [crm.objects.owners.read]. See https://developers.hubspot.com/scopes."},
        {"errors": [{"message": "One of crm.objects.owners.read is required"}]},
    ],
)
def test_a_missing_scope_is_named(body):
    """403 names the scope, from the context or from the words."""
    met = trouble(403, body)

    assert isinstance(met, ScopeMissing)
    assert met.scopes == ("crm.objects.owners.read",)
    assert "the scope crm.objects.owners.read" in str(met)


def test_a_missing_scope_that_nobody_names():
    """403 without any name, in HTML even, names the scope that the request needs."""
    assert trouble(403, b"<html>Forbidden</html>").scopes == ("crm.lists.read",)


def test_not_found_says_what():
    """404 names the thing."""
    met = trouble(404, {"message": "resource not found"})

    assert isinstance(met, NotFound)
    assert "the list 7" in str(met)


@pytest.mark.parametrize(
    ("body", "headers", "wait"),
    [
        ({"policyName": "TEN_SECONDLY_ROLLING"}, {}, 10),
        ({"message": "You have reached your secondly limit.", "errorType": "RATE_LIMIT"}, {}, 1),
        ({"policyName": "SECONDLY"}, {}, 1),
        ({}, {}, 10),
        ({"policyName": "TEN_SECONDLY_ROLLING"}, {"retry-after": "3"}, 3),
        ({}, {"retry-after": "Wed, 25 Nov 2026 10:00:00 GMT"}, 10),
    ],
)
def test_how_long_a_limit_lasts(body, headers, wait):
    """429 tells the wait by its header in seconds, else by its window."""
    met = trouble(429, body, **headers)

    assert isinstance(met, RateLimited)
    assert met.wait == timedelta(seconds=wait)
    assert not met.is_daily
    assert not met.lasting


@pytest.mark.parametrize("body", [{"policyName": "DAILY"}, {"message": "You have reached your daily limit."}])
def test_a_used_up_day(body):
    """The daily limit is told apart: its end is not known, so its wait is long."""
    met = trouble(429, body)

    assert met.is_daily
    assert met.retry_after is None
    assert met.wait >= timedelta(minutes=5)


@pytest.mark.parametrize("status", [423, 477, 500, 502, 503, 504, 521, 522, 523, 524])
def test_what_passes_by_itself(status):
    """What speaks of a bad moment is HubSpotDown, with HubSpot's own wait if it gives one."""
    met = trouble(status, b"\xff<html>Bad Gateway", **{"retry-after": "86400"})

    assert isinstance(met, HubSpotDown)
    assert met.wait == timedelta(days=1)
    assert trouble(status).wait >= timedelta(seconds=2)
    assert not met.lasting


def test_other_refusals_keep_addresses_out_of_the_text():
    """HubSpot's own words may hold an address: the text has only the status, category and correlation id."""
    met = trouble(400, {"message": "max@firma.de is bad", "category": "VALIDATION_ERROR", "correlationId": "abc"})

    assert isinstance(met, Refused)
    assert "@" not in str(met)
    assert "400 VALIDATION_ERROR" in str(met)
    assert "abc" in str(met)
    assert met.lasting


def test_a_redirect_is_not_followed():
    """A redirect means that the base URL is not HubSpot's API."""
    met = trouble(301)

    assert isinstance(met, BadAnswer)
    assert "HUBSPOT_BASE_URL" in str(met)
