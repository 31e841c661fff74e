"""What becomes of two records that are merged: a third one, with the primary record's values first."""

from datetime import datetime

from sandbox.hubspot.records import Record


def merge_records(primary: Record, loser: Record, new_id: int, now: datetime) -> tuple[Record, int]:
    """The new record, and how many of the loser's values moved into gaps of the primary."""
    gaps = {name: value for name, value in loser.properties.items() if name not in primary.properties}
    properties = {**primary.properties, **gaps}
    additional = dict.fromkeys(primary.addresses + loser.addresses)
    additional.pop(properties.get("email", "").lower(), None)
    if primary.object_type == "contacts" and additional:
        properties["hs_additional_emails"] = ";".join(additional)
    properties["hs_merged_object_ids"] = ";".join(_old_ids(primary) + _old_ids(loser))
    company_ids = list(dict.fromkeys(primary.company_ids + loser.company_ids))
    created_at = min(primary.created_at, loser.created_at)
    merged = Record(new_id, primary.object_type, properties, created_at, now, company_ids=company_ids)
    return merged, len(gaps)


def _old_ids(record: Record) -> list[str]:
    earlier = record.properties.get("hs_merged_object_ids", "")
    return [*(earlier.split(";") if earlier else []), str(record.id)]
