"""What passes between HubSpot and the app, in plain words."""

import json
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final

from sandbox.exchanges import Exchange
from sandbox.page.telling import Names, Telling, listed, request_line

Json = dict[str, Any]

CHANGES: Final[Mapping[str, str]] = {
    "contact.creation": "{who} was created",
    "contact.deletion": "{who} was deleted",
    "contact.privacyDeletion": "{who} was deleted for good, for privacy",
    "contact.restore": "{who} was restored",
    "contact.merge": "{who} was merged with another contact",
    "contact.associationChange": "{who} has another company",
    "company.propertyChange": "a company was changed",
}
PROPERTIES: Final[Mapping[str, str]] = {
    "firstname": "first name",
    "lastname": "last name",
    "jobtitle": "job title",
    "email": "e-mail address",
    "lifecyclestage": "lifecycle stage",
    "hubspot_owner_id": "owner",
}


def tell_hubspot(exchange: Exchange, names: Names) -> Telling:
    """A request in either direction."""
    if exchange.direction == "api":
        return _asked(exchange, names)
    sent = json.loads(exchange.request_body)
    return _joined(exchange, sent, names) if isinstance(sent, dict) else _changed(exchange, sent, names)


def _changed(exchange: Exchange, events: list[Json], names: Names) -> Telling:
    """An app webhook: what has changed."""
    ids = {int(event["objectId"]) for event in events}
    says = listed(dict.fromkeys(_change(event, names) for event in events))
    return _webhook(exchange, f"HubSpot told Footlight that {says}", {("record", one) for one in ids})


def _change(event: Json, names: Names) -> str:
    who, kind = names.contact(int(event["objectId"])), event["subscriptionType"]
    if kind == "contact.propertyChange":
        name = event["propertyName"]
        said = f"“{value}”" if (value := event["propertyValue"]) else "empty now"
        return f"{who}’s {PROPERTIES.get(name, name)} is {said}"
    return CHANGES.get(kind, f"something changed ({kind})").format(who=who)


def _joined(exchange: Exchange, sent: Json, names: Names) -> Telling:
    """A list's workflow calls; that somebody joined or left is seen in HubSpot, the call does not say which."""
    record, where = int(sent["hs_object_id"]), int(sent["list_id"])
    verb = "joined" if names.is_member(where, record) else "left"
    says = f"HubSpot told Footlight that {names.member(where, record)} {verb} the list {names.hubspot_list(where)}"
    return _webhook(exchange, says, {("record", record), ("list", where)}, deed="list")


def _webhook(exchange: Exchange, says: str, keys: set[Hashable], **more: Any) -> Telling:
    went_well = 200 <= exchange.status < 300
    if not went_well:
        says += ", which it could not take yet"
    again = "and told it once more" if exchange.attempt else ""
    detail = request_line(exchange, "HubSpot → Footlight", " (signed)")
    return Telling(says, frozenset(keys), detail, True, went_well, goes_on=again, partner="HubSpot", **more)


def _asked(exchange: Exchange, names: Names) -> Telling:
    detail = request_line(exchange, "Footlight → HubSpot")
    keys, says = _ASKED[exchange.about](exchange, names) if exchange.about in _ASKED else (set(), "")
    went_well = 200 <= exchange.status < 300
    if not went_well:
        answer = f"answered {exchange.status}" if exchange.status else "did not answer"
        says = f"asked HubSpot, which {answer}, and will ask again"
    return Telling(says, frozenset(keys), detail, went_well=went_well, partner="HubSpot")


Asked = tuple[set[Hashable], str]


def _read_contacts(exchange: Exchange, names: Names) -> Asked:
    ids = [int(one["id"]) for one in json.loads(exchange.request_body)["inputs"]]
    is_one = len(ids) == 1 and _answer(exchange).get("results") != []
    return {("record", one) for one in ids}, "read the contact back" if is_one else ""


def _read_companies(exchange: Exchange, names: Names) -> Asked:
    return {("record", int(one["id"])) for one in json.loads(exchange.request_body)["inputs"]}, ""


def _lists_of_record(exchange: Exchange, names: Names) -> Asked:
    record = int(exchange.url.split("/records/")[1].split("/")[1])
    found = [names.hubspot_list(int(one["listId"])) for one in _answer(exchange).get("results", [])]
    groups = (
        f"the target group {found[0]}" if len(found) == 1 else f"the target groups {listed(found)}" if found else ""
    )
    return {("record", record)}, f"has them in {groups or 'no target group'} now"


def _read_members(exchange: Exchange, names: Names) -> Asked:
    list_id = int(exchange.url.split("/lists/")[1].split("/")[0])
    keys: set[Hashable] = {("record", int(one["recordId"])) for one in _answer(exchange).get("results", [])}
    name, members = names.hubspot_list(list_id), names.members(list_id)
    return keys | {("list", list_id)}, f"compared the {members} members of {name} with its target group"


def _read_list(exchange: Exchange, names: Names) -> Asked:
    return {("list", int(exchange.url.split("?")[0].rsplit("/", 1)[1]))}, ""


def _made_contact(exchange: Exchange, names: Names) -> Asked:
    properties, made = json.loads(exchange.request_body)["properties"], _answer(exchange).get("id")
    keys: set[Hashable] = {("person", properties.get("email", ""))} | ({("record", int(made))} if made else set())
    return keys, "made the contact in HubSpot"


_ASKED: Final[Mapping[str, Callable[[Exchange, Names], Asked]]] = {
    "contacts.batch_read": _read_contacts,
    "associations.batch_read": _read_companies,
    "lists.of_record": _lists_of_record,
    "lists.memberships": _read_members,
    "lists.read": _read_list,
    "contacts.create": _made_contact,
}


def _answer(exchange: Exchange) -> Json:
    """Empty where a fault of the sandbox garbled it."""
    try:
        answer = json.loads(exchange.response_body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
