"""An entry of the audit in the words of whoever reads it: who did what to whom, and when."""

from collections.abc import Mapping
from typing import Final

from bot.blocks.reader import Reader
from bot.blocks.text import Mrkdwn, address, channel_mention, escape
from decisions.slack_ids import slack_id
from storage.audit import Noted

# THE words of each action, as the store notes it; what has none is told as it was noted, in English.
ACTIONS: Final[Mapping[str, str]] = {
    "archived a campaign": "noted_archived_campaign",
    "asked to add a lead to HubSpot": "noted_asked_to_add",
    "asked to erase": "noted_asked_to_erase",
    "asked to export": "noted_asked_to_export",
    "brought back a channel": "noted_brought_back_channel",
    "changed a campaign": "noted_changed_campaign",
    "changed a channel's terms": "noted_changed_terms",
    "changed a target group": "noted_changed_group",
    "changed the exchange with HubSpot": "noted_changed_exchange",
    "chose a channel": "noted_chose_channel",
    "claimed a lead": "noted_claimed",
    "counted a target group's members again": "noted_counted_again",
    "deleted a campaign": "noted_deleted_campaign",
    "deleted a target group": "noted_deleted_group",
    "dismissed a lead": "noted_dismissed",
    "ended a workspace": "noted_ended_workspace",
    "ended the app in the workspace": "noted_uninstalled",
    "edited a note on a lead": "noted_edited_note",
    "erased": "noted_erased",
    "followed": "noted_followed",
    "gave a reason for a dismissal": "noted_gave_reason",
    "handed over a lead": "noted_handed_over",
    "hid a property": "noted_hid_property",
    "imported a list": "noted_imported_list",
    "installed the app": "noted_installed",
    "invited a workspace": "noted_invited_workspace",
    "let many be opted out": "noted_let_opt_out",
    "let many not be opted out": "noted_let_not_opt_out",
    "made a campaign": "noted_made_campaign",
    "made a target group": "noted_made_group",
    "made a target group aggregate only": "noted_made_aggregate_only",
    "made an API key": "noted_made_key",
    "no longer permits": "noted_no_longer_permits",
    "matched an owner": "noted_matched_owner",
    "opted out": "noted_opted_out",
    "opted out a domain": "noted_opted_out_domain",
    "paused a campaign": "noted_paused_campaign",
    "permitted": "noted_permitted",
    "refused to add a lead": "noted_refused_to_add",
    "released a lead": "noted_released",
    "removed a note on a lead": "noted_removed_note",
    "renamed a target group": "noted_renamed_group",
    "resumed a campaign": "noted_resumed_campaign",
    "revoked an API key": "noted_revoked_key",
    "shared a card": "noted_shared",
    "showed a property": "noted_showed_property",
    "snoozed a lead": "noted_snoozed",
    "stopped following": "noted_stopped_following",
    "switched mentions off": "noted_mentions_off",
    "switched mentions on": "noted_mentions_on",
    "took back a channel": "noted_took_back_channel",
    "took back a dismissal": "noted_took_back_dismissal",
    "unlinked a target group": "noted_unlinked_group",
    "wrote a note on a lead": "noted_wrote_note",
}


def audit_line(noted: Noted, reader: Reader) -> Mrkdwn:
    """One entry in a line."""
    texts, key = reader.texts, ACTIONS.get(noted.action)
    what = texts(key) if key else escape(noted.action)
    whom = _about(noted)
    told = texts("noted_about", what=what, whom=whom) if whom else what
    return texts("noted", when=reader.when(noted.at), who=reader.who(noted.actor), what=told)


def _about(noted: Noted) -> Mrkdwn | None:
    """Whom, or which campaign, target group or channel, it is about."""
    if noted.email:
        return address(noted.email)
    if noted.channel:
        return channel_mention(slack_id(noted.channel))
    named = noted.campaign or noted.group
    return escape(named) if named else None
