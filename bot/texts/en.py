"""The English catalogue."""

from typing import Final

TEXTS: Final = {
    # numbers and times
    "clicks_one": "{n} click",
    "clicks_other": "{n} clicks",
    "views_one": "{n} view",
    "views_other": "{n} views",
    "contacts_one": "{n} contact",
    "contacts_other": "{n} contacts",
    "campaigns_one": "{n} campaign",
    "campaigns_other": "{n} campaigns",
    "just_now": "just now",
    "ago_minutes": "{n} min ago",
    "ago_hours": "{n} h ago",
    "ago_days": "{n} days ago",
    "someone": "someone",
    "actor_cli": "an administrator",
    "actor_hubspot": "HubSpot",
    "actor_recipient": "themselves",
    "no_name": "(no name)",
    # contact card
    "clicks_of_views": "{clicks} of {views} ({rate})",
    "clicks_without_views": "{clicks}, no view counted",
    "no_clicks_yet": "No click yet of {views}",
    "nothing_yet": "No view and no click yet",
    "last_click": "last click {when}",
    "machines_one": "{n} more came from a machine",
    "machines_other": "{n} more came from machines",
    "owner": "Owner",
    "target_groups": "Target groups",
    "other_addresses": "Also",
    "last_clicks": "Last clicks",
    "most_clicked": "Most clicked",
    "from_sender": "in a mail from {sender}",
    "no_campaign": "a link without campaign",
    "equal_to_hubspot": "equal to HubSpot {when}",
    "deleted_in_hubspot": "Deleted in HubSpot. Clicks are still counted.",
    "opted_out_card": "Opted out of tracking by {who} on {when}. Nothing is recorded since.",
    "card_text": "{name}: {numbers}",
    # looking up
    "ask_whom": "Whom? Type an address, or a part of a name or domain: `/contact max@firma.de`",
    "found_many": "{n} contacts match {query}:",
    "did_you_mean": "I don't know {query}. Did you mean:",
    "unknown_address": "I don't know {query}: no contact, no lead.",
    "unknown_address_hint": (
        "It becomes a lead when somebody clicks a banner in a mail to it, and a contact when a HubSpot list that "
        "is imported has it."
    ),
    "unknown_name": "Nobody here is called {query}.",
    "unknown_name_hint": "Try a part of the name, the address or the domain: `/contact firma.de`",
    "no_addresses": "I found no e-mail address in this message.",
    "show": "Show",
    # leads
    "new_lead": "New lead: {email}",
    "known_lead": "Lead: {email}",
    "lead_again": "A dismissed lead clicked again: {email}",
    "clicked_campaign": "clicked {campaign} in a mail from {sender}",
    "clicked_campaign_only": "clicked {campaign}",
    "clicked_often": "{clicks}: {campaigns} · last click {when}",
    "account_line": "{account}: {contacts}, {clicks} in 30 days",
    "claimed_by": "{who} is on it, claimed {when}",
    "dismissed_by": "Dismissed by {who} {when}. Speaks up again after {n} more clicks.",
    "became_contact": "Became a contact in HubSpot {when}",
    "opted_out_lead": "Opted out by {who}. Nothing is recorded any more.",
    "forgotten_lead": "This lead was erased.",
    "no_leads": "No leads at the moment. A lead is somebody without contact in HubSpot who clicked a banner.",
    "leads_head": "*Leads*, latest click first",
    "leads_text_one": "{n} lead",
    "leads_text_other": "{n} leads",
    "claimed_already": "{who} was faster and is on it already.",
    "lead_gone": "This lead is gone.",
    "lead_not_open": "That is no longer possible: the lead is in another state now. The message shows which.",
    "handed_over_by": "{who} is on it, handed over by {by} {when}",
    "snoozed_until": "Snoozed by {who} until {when}",
    "lead_awake": "Back from its snooze: {email}",
    "reason": "Reason: {reason}",
    "give_reason": "Give a reason",
    "snooze": "Snooze …",
    "hand_over": "Hand over …",
    "hand_over_title": "Hand over",
    "hand_over_question": "Who takes care of this lead?",
    "hand_over_submit": "Hand over",
    "snooze_title": "Snooze",
    "snooze_question": "Until which day? The lead comes back that morning at eight.",
    "snooze_submit": "Snooze",
    "reason_title": "Give a reason",
    "reason_question": "Why is this lead of no interest?",
    "reason_submit": "Save",
    "cannot_take_it": "{who} cannot work on leads: only full members of this workspace can.",
    "snooze_in_the_past": "That day has begun already. Choose a later one.",
    "adding_to_hubspot": "Being added to HubSpot, asked for by {who} {when}",
    "hubspot_refused": "{who} asked HubSpot to take it {when}; HubSpot refused",
    "asked_already": "HubSpot was asked already, by {who} {when}.",
    "not_added_to_hubspot": "HubSpot did not take {email}.",
    "way_out_token": (
        "It refuses Footlight's access token. Ask whoever runs Footlight for a valid one in `HUBSPOT_ACCESS_TOKEN`, "
        "then press *Add to HubSpot* again. Meanwhile you can create the contact in HubSpot by hand."
    ),
    "way_out_scope": (
        "Footlight's access token may not do that: it lacks the scope `{needs}`. Ask a HubSpot admin to add it to the "
        "app or service key, then press *Add to HubSpot* again. Meanwhile you can create the contact in HubSpot by "
        "hand."
    ),
    "way_out_contact": (
        "It refused just this one; your HubSpot may demand more than an address. Create the contact in HubSpot by "
        "hand. Whoever runs Footlight can see the reason that HubSpot gave."
    ),
    # feed
    "activity": "{who} — {clicks}, last {when}",
    "activity_on": "{who} — {clicks} on {campaigns}, last {when}",
    "activity_text": "{who}: {clicks}, {campaigns}",
    "feed_head": "*Latest activity*",
    "feed_text_one": "{n} activity",
    "feed_text_other": "{n} activities",
    "no_activity": "Nobody clicked yet.",
    "erased_person": "Someone clicked; the person has been erased since.",
    # opting out
    "opt_out_title": "Opt out",
    "opt_out_submit": "Stop tracking",
    "cancel": "Cancel",
    "opt_out_ask": "Stop tracking {who}?",
    "opt_out_means": (
        "Footlight will no longer record views or clicks of this person, in any group or import. What was recorded "
        "before stays; whoever runs Footlight can remove that too."
    ),
    "opt_out_for_good": "*This cannot be undone.*",
    # refusals and failures
    "refused_guest": "Guests of this workspace see no personal data here. Ask a full member.",
    "refused_stranger": "Only members of this workspace can use Footlight.",
    "refused_not_permitted": (
        "Only admins and owners of this workspace may do this. Ask one of them to press the button."
    ),
    "store_down": "The database does not answer, so nothing was changed. Try again in a minute.",
    "something_failed": "That did not work, and the reason is in Footlight's log. Try again; if it fails again, tell "
    "whoever runs Footlight.",
    "gone": "This person is no longer here: erased, or merged into another contact.",
    # help
    "help_head": "*Footlight* tells who clicks the banners in our e-mail signatures.",
    "help_contact": (
        "`/contact max@firma.de` shows a person; a part of a name or domain will do. "
        "Or mention me, or write to me directly."
    ),
    "help_leads": "`/leads` lists people without contact in HubSpot who clicked.",
    "help_feed": "`/feed` lists the latest clicks of our contacts.",
    "help_again": "Another app may own these commands: `/footlight contact`, `/footlight leads` and `/footlight feed` "
    "do the same.",
    "help_shortcut": "On any message: _More actions_ → _Look up addresses_.",
    "unknown_command": "I don't know `{word}`.",
    # words for the admin
    "admin_paused": "I cannot post in {channel}. {because}. What it is owed waits; nothing is lost.",
    "admin_group": "{group} does not equal its HubSpot list: {trouble}",
    "admin_group_since": "{group} has not equalled its HubSpot list since {when}: {trouble}",
    "admin_groups_well": "All target groups are equal to their HubSpot lists again.",
    "admin_still_in_hubspot": "HubSpot told us to forget record {id}, but still holds it, so it is hidden here and not "
    "erased. Delete it in HubSpot, or restore it there.",
    "admin_look": "Something needs a look: `footlight check` tells what.",
}
