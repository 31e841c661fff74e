"""The journal's endpoints: signing in as an app, subscriptions, and the walk from file to file."""

from datetime import UTC, datetime
from urllib.parse import parse_qs

from sandbox.hubspot.call import Answer, Call
from sandbox.hubspot.journal import TOKEN_LASTS, Journal, JournalFile
from sandbox.hubspot.refusals import Json, Refused, invalid, missing_fields, not_found

SCOPES = frozenset(
    {
        "developer.webhooks_journal.read",
        "developer.webhooks_journal.subscriptions.read",
        "developer.webhooks_journal.subscriptions.write",
    }
)
KINDS = {
    "LIST_MEMBERSHIP": ("actions", "listIds", "objectIds", "portalId"),
    "OBJECT": ("actions", "objectIds", "objectTypeId", "portalId", "properties"),
    "GDPR_PRIVACY_DELETION": ("actions", "objectTypeId", "portalId"),
}
"""What a subscription of each kind must say."""


def sign_in(call: Call) -> Answer:
    """Client credentials, sent as a form."""
    form = {name: values[0] for name, values in parse_qs(call.raw_body.decode()).items()}
    journal = call.hubspot.journal
    if form.get("grant_type") != "client_credentials":
        raise Refused(400, "BAD_GRANT_TYPE", "unsupported grant_type")
    if (form.get("client_id"), form.get("client_secret")) != (journal.client_id, journal.client_secret):
        raise Refused(400, "BAD_CLIENT_ID", "missing or invalid client id or client secret")
    if not set(form.get("scope", "").split()) >= SCOPES:
        raise Refused(400, "BAD_SCOPE", "scopes are missing")
    token = journal.sign_in(call.crm.now())
    return Answer({"token_type": "bearer", "access_token": token, "expires_in": int(TOKEN_LASTS.total_seconds())})


def subscriptions(call: Call) -> Answer:
    return Answer({"results": list(call.hubspot.journal.subscriptions.values())})


def subscribe(call: Call) -> Answer:
    body = call.body("subscriptionType")
    if body["subscriptionType"] not in KINDS:
        raise invalid(f"Unknown subscriptionType {body['subscriptionType']}")
    if missing := [name for name in KINDS[body["subscriptionType"]] if body.get(name) is None]:
        raise missing_fields(missing)
    if body["portalId"] != call.hubspot.portal_id:
        raise Refused(403, "MISSING_SCOPES", "The app is not installed in this portal")
    return Answer(call.hubspot.journal.subscribe(body, call.crm.now()))


def unsubscribe(call: Call) -> Answer:
    if call.hubspot.journal.subscriptions.pop(call.number("id"), None) is None:
        raise not_found()
    return Answer(None, 204)


def earliest(call: Call) -> Answer:
    return _file(call, call.hubspot.journal.files[:1])


def latest(call: Call) -> Answer:
    return _file(call, call.hubspot.journal.files[-1:])


def after(call: Call) -> Answer:
    """404, if no file of that offset is kept any more."""
    files = call.hubspot.journal.files
    places = [place for place, file in enumerate(files) if file.offset == call.path["offset"]]
    if not places:
        raise not_found()
    return _file(call, files[places[0] + 1 :][:1])


def _file(call: Call, files: list[JournalFile]) -> Answer:
    """204, when there is nothing newer."""
    if not files:
        return Answer(None, 204)
    link, until = call.hubspot.journal.link_to(files[0], call.crm.now())
    return Answer(
        {"currentOffset": files[0].offset, "expiresAt": until.isoformat(), "url": call.hubspot.base_url + link}
    )


def stored(journal: Journal, offset: str, signature: str, *, authorized: bool, now: datetime | None = None) -> Json:
    """
    A file as the storage gives it, which knows links and no tokens.

    Raises:
        Refused
    """
    if authorized:
        raise Refused(400, "INVALID_ARGUMENT", "Only one auth mechanism allowed")
    if journal.links.get(signature, datetime.min.replace(tzinfo=UTC)) <= (now or datetime.now(UTC)):
        raise Refused(403, "ACCESS_DENIED", "Request has expired")
    found = next((file for file in journal.files if file.offset == offset), None)
    if found is None:
        raise not_found()
    return found.body()
