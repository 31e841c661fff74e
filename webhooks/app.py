"""The web edge: THE table of endpoints, and the application made of it."""

from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Final

import structlog
from aiohttp import web

from webhooks import (
    banners,
    charts,
    click_batches,
    health,
    hubspot,
    hubspot_lists,
    recipient_page,
    redirect,
    signatures,
)
from webhooks.api.access import LIMITS, Limits
from webhooks.api.description import serve_description
from webhooks.api.docs_page import show_docs
from webhooks.api.table import API
from webhooks.edge import EDGE, Edge, Handler
from webhooks.fetches import running_fetches
from webhooks.metrics import Metrics
from webhooks.problems import Problem, answer, as_problem
from webhooks.unserved import answer_expectation, no_such_address, only

LARGEST_BODY: Final = 1_000_000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address. A GET answers HEAD too; other methods get 405."""

    method: str
    path: str
    handler: Handler
    what_for: str


async def slack_events(request: web.Request) -> web.StreamResponse:
    """Slack's requests go to the bot, where it runs in HTTP mode."""
    handler = request.app[EDGE].slack_events
    if handler is None:
        raise Problem(404, "switched off", "Slack does not come here: it is set up for Socket Mode, or not at all.")
    return await handler(request)


async def slack_install(request: web.Request) -> web.StreamResponse:
    """The page to which an invitation leads goes to the bot, where there may be several workspaces."""
    return await _of_several(request.app[EDGE].slack_install)(request)


async def slack_oauth_redirect(request: web.Request) -> web.StreamResponse:
    """The way back from Slack, too."""
    return await _of_several(request.app[EDGE].slack_oauth_redirect)(request)


def _of_several(handler: Handler | None) -> Handler:
    if handler is None:
        raise Problem(404, "switched off", "Slack is set up here for one workspace by its token, or not at all.")
    return handler


# Tokens may be mangled into anything, so their paths take whatever follows.
ENDPOINTS: Final = (
    Endpoint("GET", "/c/{token:.*}", redirect.follow, "a banner's link: keeps the click, redirects to the target"),
    Endpoint("GET", "/b/{token:.*}", banners.show, "the banner for a recipient now: counts the view"),
    Endpoint("GET", "/p/{token:.*}", recipient_page.show, "the recipient's own page: what is kept of them"),
    Endpoint("POST", "/p/{token:.*}", recipient_page.act, "a button on that page"),
    Endpoint("GET", "/charts/{token:.*}", charts.show, "a chart that a message in Slack shows"),
    Endpoint("POST", "/webhooks/hubspot", hubspot.receive, "app webhooks of HubSpot"),
    Endpoint("POST", "/webhooks/hubspot/lists", hubspot_lists.receive, "list changes, told by a HubSpot workflow"),
    Endpoint("POST", "/webhooks/clicks", click_batches.receive, "click events of another signature tool"),
    *(Endpoint(one.method, one.path, one.handler, one.what_for) for one in API),
    Endpoint("GET", "/api/openapi.json", serve_description, "the description of the API, for programs"),
    Endpoint("GET", "/api/docs", show_docs, "the description of the API, for people"),
    Endpoint("POST", "/slack/events", slack_events, "Slack's events, commands and actions in HTTP mode"),
    Endpoint("GET", "/slack/install", slack_install, "the page to which a workspace's invitation leads"),
    Endpoint("GET", "/slack/oauth_redirect", slack_oauth_redirect, "the way back from Slack after an installation"),
    Endpoint("GET", "/healthz", health.live, "whether the process lives"),
    Endpoint("GET", "/readyz", health.ready, "whether it is ready, and why not"),
    Endpoint("GET", "/metrics", health.metrics, "what was counted, for Prometheus"),
)


def make_app(edge: Edge) -> web.Application:
    """The application; its gates to the store live as long as it runs."""
    app = web.Application(client_max_size=LARGEST_BODY)
    app[EDGE] = edge
    app[banners.PICTURES] = banners.Pictures(edge.store)
    app[click_batches.REPORTED] = click_batches.reported_clicks(edge)
    app[signatures.SIGNING] = signatures.signing(edge)
    app[LIMITS] = Limits(edge.api_rate)
    app.cleanup_ctx.append(running_fetches)
    for path in dict.fromkeys(endpoint.path for endpoint in ENDPOINTS):
        allowed: list[str] = []
        for endpoint in (one for one in ENDPOINTS if one.path == path):
            handler = guarded(endpoint, edge.metrics)
            methods = ("GET", "HEAD") if endpoint.method == "GET" else ("POST",)
            for method in methods:
                _route(app, method, path, handler)
            allowed += methods
        _route(app, "*", path, partial(only, ",".join(allowed)))
    _route(app, "*", "/{path:.*}", no_such_address)
    return app


def _route(app: web.Application, method: str, path: str, handler: Handler) -> None:
    app.router.add_route(method, path, handler, expect_handler=answer_expectation)


def guarded(endpoint: Endpoint, metrics: Metrics) -> Handler:
    """The endpoint's handler, with every error answered and counted, so that nothing of a request reaches a log."""
    name = endpoint.path.partition("/{")[0]
    accepted, acknowledged = metrics.accepted.labels(name), metrics.acknowledged.labels(name)

    async def handle(request: web.Request) -> web.StreamResponse:
        began = perf_counter()
        try:
            response = await endpoint.handler(request)
            accepted.inc()
        except Exception as error:  # noqa: BLE001 - the loop's edge: what nobody expected is logged and counted
            response = _refused(error, name, metrics)
        acknowledged.observe(perf_counter() - began)
        return response

    return handle


def _refused(error: Exception, endpoint: str, metrics: Metrics) -> web.StreamResponse:
    problem = as_problem(error)
    if problem is None:
        metrics.failed.labels(endpoint).inc()
        log.error("an error that nobody expected", endpoint=endpoint, exc_info=error)
        problem = Problem(500, "failed", "Something is wrong on our side; it was logged.")
    else:
        metrics.refused.labels(endpoint, problem.reason).inc()
        log.info("request refused", endpoint=endpoint, status=problem.status, reason=problem.reason)
    return answer(problem)
