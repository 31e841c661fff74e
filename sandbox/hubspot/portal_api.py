"""What a portal says about itself: owners, property definitions, account details."""

from zoneinfo import ZoneInfo

from sandbox.hubspot.call import Answer, Call
from sandbox.hubspot.records import Owner, Property
from sandbox.hubspot.refusals import Json, invalid, not_found
from sandbox.hubspot.shapes import iso

OWNERS_DEFAULT, OWNERS_MOST = 100, 500


def owners(call: Call) -> Answer:
    archived, limit = call.flag("archived"), call.limit(OWNERS_DEFAULT, OWNERS_MOST)
    after = call.query.get("after", "0")
    if not after.isascii() or not after.isdigit():
        raise invalid(f"Invalid value for after: {after}")
    email = call.query.get("email")
    found = [each for each in call.crm.owners.values() if each.archived == archived and email in (None, each.email)]
    found.sort(key=lambda each: each.id)
    rest = [each for each in found if each.id > int(after)]
    body: Json = {"results": [_owner(each) for each in rest[:limit]]}
    if len(rest) > limit:
        body["paging"] = {"next": {"after": str(rest[limit - 1].id)}}
    return Answer(body)


def owner(call: Call) -> Answer:
    wanted, by_user = call.number("id"), call.query.get("idProperty", "id") == "userId"
    for each in call.crm.owners.values():
        if (each.user_id if by_user else each.id) == wanted and each.archived == call.flag("archived"):
            return Answer(_owner(each))
    raise not_found()


def properties(call: Call) -> Answer:
    """Not paged. Only definitions of the sensitivity asked for: `non_sensitive`, unless said otherwise."""
    sensitivity = call.query.get("dataSensitivity", "non_sensitive")
    if sensitivity not in ("non_sensitive", "sensitive", "highly_sensitive"):
        raise invalid(f"Unknown dataSensitivity {sensitivity}")
    definitions = call.crm.properties[call.object_type("type")]
    shown = [] if call.flag("archived") else [each for each in definitions.values() if each.sensitivity == sensitivity]
    return Answer({"results": [_definition(order, each) for order, each in enumerate(shown)]})


def account_details(call: Call) -> Answer:
    """The natural check of a token."""
    offset = call.crm.now().astimezone(ZoneInfo(call.hubspot.time_zone))
    seconds = int((offset.utcoffset() or offset - offset).total_seconds())
    return Answer(
        {
            "portalId": call.hubspot.portal_id,
            "accountType": "STANDARD",
            "timeZone": call.hubspot.time_zone,
            "companyCurrency": "EUR",
            "additionalCurrencies": [],
            "utcOffset": f"{offset:%z}"[:3] + ":" + f"{offset:%z}"[3:5],
            "utcOffsetMilliseconds": seconds * 1000,
            "uiDomain": "app-eu1.hubspot.com",
            "dataHostingLocation": "eu1",
        }
    )


def _owner(each: Owner) -> Json:
    """A departed owner has no `userId` any more, only `userIdIncludingInactive`."""
    return {
        "id": str(each.id),
        "email": each.email,
        "type": "PERSON",
        "firstName": each.first_name,
        "lastName": each.last_name,
        **({} if each.archived else {"userId": each.user_id}),
        "userIdIncludingInactive": each.user_id,
        "createdAt": iso(each.created_at),
        "updatedAt": iso(each.created_at),
        "archived": each.archived,
    }


def _definition(order: int, each: Property) -> Json:
    options = [
        {"label": label, "value": value, "displayOrder": place, "hidden": False}
        for place, (value, label) in enumerate(each.options)
    ]
    return {
        "name": each.name,
        "label": each.label,
        "type": each.type,
        "fieldType": each.field_type,
        "description": "",
        "groupName": each.group,
        "options": options,
        "displayOrder": order,
        "calculated": each.read_only,
        "externalOptions": each.external_options,
        "hasUniqueValue": each.name in ("email", "hs_object_id"),
        "hidden": False,
        "hubspotDefined": each.hubspot_defined,
        "formField": not each.read_only,
        "dataSensitivity": each.sensitivity,
        "archived": False,
    }
