"""The modal that makes or edits a campaign: its banner as recipients see it, and all that can be said of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from bot.blocks.elements import Block, context, modal, option
from bot.blocks.reader import Reader
from bot.blocks.text import plain
from storage.campaign_changes import GREATEST_PRIORITY, LONGEST_ALT, LONGEST_NAME, LONGEST_URL, Fault, NewCampaign

CAMPAIGN_SUBMITTED: Final = "campaign_submitted"
NAME, IMAGE, FILE, ALT, TARGET = "name", "image", "file", "alt", "target"
GROUPS, ACCOUNTS, ALSO, PRIORITY, STARTS, ENDS = "groups", "accounts", "also", "priority", "starts", "ends"
FOR_DEFAULT, FOR_OWN, WITH_UTM = "for_default", "for_own", "with_utm"
# A select holds at most 100 options; a campaign for a group beyond them is edited by the command line.
MOST_GROUPS: Final = 100
LONGEST_DOMAINS: Final = 3_000

# A file at Slack may have 10 MB; what it really is, and weighs, is looked at when it is here.
FILE_ENDINGS: Final = ("png", "jpg", "jpeg", "gif")

# Where each fault is told, and its words.
FAULTS: Final = {
    Fault.NO_NAME: (NAME, "fault_no_name"),
    Fault.NAME_TAKEN: (NAME, "fault_name_taken"),
    Fault.NO_TARGET: (TARGET, "fault_no_url"),
    Fault.TARGET_TOO_LONG: (TARGET, "fault_url_too_long"),
    Fault.NO_IMAGE: (IMAGE, "fault_no_url"),
    Fault.BAD_IMAGE: (IMAGE, "fault_no_url"),
    Fault.IMAGE_TOO_LONG: (IMAGE, "fault_url_too_long"),
    Fault.PRIORITY_TOO_FAR: (PRIORITY, "fault_priority"),
    Fault.ENDS_FIRST: (ENDS, "fault_ends_first"),
    Fault.NO_GROUP: (NAME, "fault_no_group"),
    Fault.NO_DOMAIN: (ACCOUNTS, "fault_no_domain"),
    Fault.NO_CAMPAIGN: (NAME, "fault_no_campaign"),
    Fault.EXTERNAL: (NAME, "fault_no_campaign"),
    Fault.NOT_ARCHIVED: (NAME, "fault_no_campaign"),
}


@dataclass(frozen=True, slots=True)
class Preview:
    """The banner on top of the modal: the address of its picture, None where there is none to show, and what to say."""

    url: str | None
    told: str


def campaign_editor(
    campaign: NewCampaign | None,
    preview: Preview,
    groups: Mapping[int, str],
    reader: Reader,
    *,
    metadata: str,
    is_new: bool,
    taken: str = "",
    takes_file: bool = True,
) -> dict[str, Any]:
    """
    The modal, filled with what the campaign is.

    Args:
        campaign: None: nothing yet.
        groups: the names of all target groups, by their ids.
        taken: the file that was put in and is the banner by now; to Slack, its inputs and the next one's are others.
        takes_file: whether a file can be put in.
    """
    texts = reader.texts
    return modal(
        texts.plain("campaign_new" if is_new else "campaign_edit"),
        texts.plain("campaign_save"),
        texts.plain("cancel"),
        callback_id=CAMPAIGN_SUBMITTED,
        metadata=metadata,
        blocks=[
            *_preview(preview, campaign.alt if campaign else "", reader),
            _typed(NAME, campaign.name if campaign else "", reader, LONGEST_NAME),
            *([_file(taken, reader)] if takes_file else []),
            _image((campaign.image_url or "") if campaign else "", taken, reader),
            _typed(ALT, campaign.alt if campaign else "", reader, LONGEST_ALT, optional=True),
            _typed(TARGET, campaign.target_url if campaign else "", reader, LONGEST_URL),
            *_groups(campaign.groups if campaign else (), groups, reader),
            _typed(ACCOUNTS, ", ".join(campaign.accounts) if campaign else "", reader, LONGEST_DOMAINS, optional=True),
            _also(campaign, reader),
            _priority(campaign.priority if campaign else 0, reader),
            _moment(STARTS, campaign.starts_at if campaign else None, reader),
            _moment(ENDS, campaign.ends_at if campaign else None, reader),
        ],
    )


def block_of(name: str, taken: str) -> str:
    """The block id of an input of this name, once a file was taken."""
    return f"{name}:{taken}" if taken and name in (IMAGE, FILE) else name


def read_editor(states: Mapping[str, Any], groups: Mapping[int, str], *, digest: str | None) -> NewCampaign:
    """
    What was typed and chosen, as it is: `storage` says what of it cannot be.

    Args:
        states: by the name of the input.
        digest: the kept banner file, used where no address of a picture is given.
    """
    image = _text(states, IMAGE)
    also = _chosen(states, ALSO)
    return NewCampaign(
        name=_text(states, NAME),
        target_url=_text(states, TARGET),
        image_url=image or None,
        banner_digest=None if image else digest,
        alt=_text(states, ALT),
        groups=tuple(groups[int(id_)] for id_ in _chosen(states, GROUPS) if int(id_) in groups),
        accounts=tuple(_text(states, ACCOUNTS).replace(",", " ").replace(";", " ").split()),
        priority=int(_text(states, PRIORITY) or 0),
        starts_at=_at(states, STARTS),
        ends_at=_at(states, ENDS),
        is_default=FOR_DEFAULT in also,
        is_for_own=FOR_OWN in also,
        adds_utm=WITH_UTM in also,
    )


def _text(states: Mapping[str, Any], block: str) -> str:
    return str(states.get(block, {}).get("value") or "").strip()


def _chosen(states: Mapping[str, Any], block: str) -> list[str]:
    return [str(one["value"]) for one in states.get(block, {}).get("selected_options") or ()]


def _at(states: Mapping[str, Any], block: str) -> datetime | None:
    seconds = states.get(block, {}).get("selected_date_time")
    return datetime.fromtimestamp(int(seconds), UTC) if seconds else None


def _preview(preview: Preview, alt: str, reader: Reader) -> list[Block]:
    told = [context([reader.texts(preview.told)])]
    if preview.url is None:
        return told
    alt_text = plain(alt, LONGEST_ALT) or reader.texts.plain("campaign_banner")
    return [{"type": "image", "image_url": preview.url, "alt_text": alt_text}, *told]


_LABELS: Final = {
    NAME: ("editor_name", None),
    FILE: ("editor_file", "editor_file_hint"),
    IMAGE: ("editor_image", "editor_image_hint"),
    ALT: ("editor_alt", "editor_alt_hint"),
    TARGET: ("editor_target", None),
    GROUPS: ("editor_groups", None),
    ACCOUNTS: ("editor_accounts", "editor_accounts_hint"),
    ALSO: ("editor_also", None),
    PRIORITY: ("editor_priority", "editor_priority_hint"),
    STARTS: ("editor_starts", None),
    ENDS: ("editor_ends", "editor_ends_hint"),
}


def _input(block: str, element: Block, reader: Reader, *, optional: bool) -> Block:
    label, hint = _LABELS[block]
    made: Block = {
        "type": "input",
        "block_id": block,
        "optional": optional,
        "label": {"type": "plain_text", "text": reader.texts.plain(label)},
        "element": {"action_id": "value", **element},
    }
    return made | ({"hint": {"type": "plain_text", "text": reader.texts.plain(hint)}} if hint else {})


def _typed(block: str, value: str, reader: Reader, longest: int, *, optional: bool = False) -> Block:
    kind = "url_text_input" if block in (IMAGE, TARGET) else "plain_text_input"
    limit = {"max_length": longest} if kind == "plain_text_input" else {}
    initial = {"initial_value": value[:longest]} if value else {}
    return _input(block, {"type": kind, **limit, **initial}, reader, optional=optional)


def _image(url: str, taken: str, reader: Reader) -> Block:
    return _typed(IMAGE, url, reader, LONGEST_URL, optional=True) | {"block_id": block_of(IMAGE, taken)}


def _file(taken: str, reader: Reader) -> Block:
    element: Block = {"type": "file_input", "filetypes": list(FILE_ENDINGS), "max_files": 1}
    return _input(FILE, element, reader, optional=True) | {"block_id": block_of(FILE, taken)}


def _groups(chosen: Sequence[str], groups: Mapping[int, str], reader: Reader) -> list[Block]:
    """Those of the campaign come first, so that an edit never loses one."""
    first = sorted(groups.items(), key=lambda one: one[1] not in chosen)[:MOST_GROUPS]
    if not first:
        return []
    options = {name: option(name, str(id_)) for id_, name in first}
    initial = [options[name] for name in chosen if name in options]
    element: Block = {"type": "multi_static_select", "options": list(options.values())}
    return [_input(GROUPS, element | ({"initial_options": initial} if initial else {}), reader, optional=True)]


def _also(campaign: NewCampaign | None, reader: Reader) -> Block:
    texts = reader.texts
    is_so = {
        FOR_DEFAULT: campaign is not None and campaign.is_default,
        FOR_OWN: campaign is not None and campaign.is_for_own,
        WITH_UTM: campaign is None or campaign.adds_utm,
    }
    labels = {FOR_DEFAULT: "editor_default", FOR_OWN: "editor_own", WITH_UTM: "editor_utm"}
    options = {which: option(texts.plain(labels[which]), which) for which in is_so}
    initial = [options[which] for which, ticked in is_so.items() if ticked]
    element: Block = {"type": "checkboxes", "options": list(options.values())}
    return _input(ALSO, element | ({"initial_options": initial} if initial else {}), reader, optional=True)


def _priority(priority: int, reader: Reader) -> Block:
    limits = {"min_value": str(-GREATEST_PRIORITY), "max_value": str(GREATEST_PRIORITY)}
    element = {"type": "number_input", "is_decimal_allowed": False, "initial_value": str(priority), **limits}
    return _input(PRIORITY, element, reader, optional=False)


def _moment(block: str, at: datetime | None, reader: Reader) -> Block:
    initial = {"initial_date_time": int(at.timestamp())} if at else {}
    return _input(block, {"type": "datetimepicker", **initial}, reader, optional=True)
