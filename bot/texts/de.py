"""The German catalogue."""

from typing import Final

TEXTS: Final = {
    # numbers and times
    "clicks_one": "{n} Klick",
    "clicks_other": "{n} Klicks",
    "views_one": "{n} Ansicht",
    "views_other": "{n} Ansichten",
    "contacts_one": "{n} Kontakt",
    "contacts_other": "{n} Kontakte",
    "campaigns_one": "{n} Kampagne",
    "campaigns_other": "{n} Kampagnen",
    "just_now": "gerade eben",
    "ago_minutes": "vor {n} Min.",
    "ago_hours": "vor {n} Std.",
    "ago_days": "vor {n} Tagen",
    "someone": "jemand",
    "actor_cli": "der Administration",
    "actor_hubspot": "HubSpot",
    "actor_recipient": "der Person selbst",
    "no_name": "(ohne Namen)",
    # contact card
    "clicks_of_views": "{clicks} bei {views} ({rate})",
    "clicks_without_views": "{clicks}, keine Ansicht gezählt",
    "no_clicks_yet": "Noch kein Klick bei {views}",
    "nothing_yet": "Noch keine Ansicht und kein Klick",
    "last_click": "letzter Klick {when}",
    "machines_one": "{n} weiterer kam von einer Maschine",
    "machines_other": "{n} weitere kamen von Maschinen",
    "owner": "Zuständig",
    "target_groups": "Zielgruppen",
    "other_addresses": "Auch",
    "last_clicks": "Letzte Klicks",
    "most_clicked": "Am meisten geklickt",
    "from_sender": "in einer Mail von {sender}",
    "no_campaign": "ein Link ohne Kampagne",
    "equal_to_hubspot": "Stand in HubSpot: {when}",
    "deleted_in_hubspot": "In HubSpot gelöscht. Klicks werden weiter gezählt.",
    "opted_out_card": "Am {when} von {who} vom Tracking abgemeldet. Seitdem wird nichts aufgezeichnet.",
    "card_text": "{name}: {numbers}",
    # looking up
    "ask_whom": "Wen? Tippe eine Adresse oder einen Teil von Name oder Domain: `/contact max@firma.de`",
    "found_many": "{n} Kontakte passen zu {query}:",
    "did_you_mean": "{query} kenne ich nicht. Gemeint war vielleicht:",
    "unknown_address": "{query} kenne ich nicht: kein Kontakt, kein Lead.",
    "unknown_address_hint": (
        "Ein Lead entsteht, wenn jemand einen Banner in einer Mail an diese Adresse anklickt; ein Kontakt, wenn sie "
        "in einer importierten HubSpot-Liste steht."
    ),
    "unknown_name": "Niemand hier heißt {query}.",
    "unknown_name_hint": "Versuche einen Teil von Name, Adresse oder Domain: `/contact firma.de`",
    "no_addresses": "In dieser Nachricht steht keine E-Mail-Adresse.",
    "show": "Zeigen",
    # leads
    "new_lead": "Neuer Lead: {email}",
    "known_lead": "Lead: {email}",
    "lead_again": "Ein verworfener Lead hat wieder geklickt: {email}",
    "clicked_campaign": "hat {campaign} in einer Mail von {sender} angeklickt",
    "clicked_campaign_only": "hat {campaign} angeklickt",
    "clicked_often": "{clicks}: {campaigns} · letzter Klick {when}",
    "account_line": "{account}: {contacts}, {clicks} in 30 Tagen",
    "claimed_by": "{who} kümmert sich darum, übernommen {when}",
    "dismissed_by": "Von {who} verworfen, {when}. Meldet sich nach {n} weiteren Klicks wieder.",
    "became_contact": "Wurde {when} Kontakt in HubSpot",
    "opted_out_lead": "Von {who} abgemeldet. Es wird nichts mehr aufgezeichnet.",
    "forgotten_lead": "Dieser Lead wurde gelöscht.",
    "no_leads": "Zurzeit keine Leads. Ein Lead ist jemand ohne Kontakt in HubSpot, der einen Banner angeklickt hat.",
    "leads_head": "*Leads*, der letzte Klick zuerst",
    "leads_text_one": "{n} Lead",
    "leads_text_other": "{n} Leads",
    "claimed_already": "{who} war schneller und kümmert sich schon.",
    "lead_gone": "Diesen Lead gibt es nicht mehr.",
    "lead_not_open": "Das geht nicht mehr: Der Lead hat inzwischen einen anderen Stand. Die Nachricht zeigt ihn.",
    "handed_over_by": "{who} kümmert sich darum, übergeben von {by}, {when}",
    "snoozed_until": "Von {who} zurückgestellt bis {when}",
    "lead_awake": "Wieder da, war zurückgestellt: {email}",
    "reason": "Grund: {reason}",
    "give_reason": "Grund angeben",
    "snooze": "Zurückstellen …",
    "hand_over": "Übergeben …",
    "hand_over_title": "Übergeben",
    "hand_over_question": "Wer kümmert sich um diesen Lead?",
    "hand_over_submit": "Übergeben",
    "snooze_title": "Zurückstellen",
    "snooze_question": "Bis zu welchem Tag? An dessen Morgen um acht ist der Lead wieder da.",
    "snooze_submit": "Zurückstellen",
    "reason_title": "Grund angeben",
    "reason_question": "Warum ist dieser Lead nicht von Interesse?",
    "reason_submit": "Speichern",
    "cannot_take_it": "{who} kann keine Leads bearbeiten: Das können nur Mitglieder dieses Workspace.",
    "snooze_in_the_past": "Dieser Tag hat schon begonnen. Wähle einen späteren.",
    "adding_to_hubspot": "Wird in HubSpot angelegt, auf Wunsch von {who}, {when}",
    "hubspot_refused": "{who} wollte ihn in HubSpot anlegen lassen, {when}; HubSpot hat abgelehnt",
    "asked_already": "HubSpot ist schon gefragt: von {who}, {when}.",
    "not_added_to_hubspot": "HubSpot hat {email} nicht angenommen.",
    "way_out_token": (
        "Es lehnt das Zugangstoken von Footlight ab. Wer Footlight betreibt, kann ein gültiges in "
        "`HUBSPOT_ACCESS_TOKEN` setzen; drücke danach *Add to HubSpot* noch einmal. Bis dahin kannst du den Kontakt "
        "in HubSpot von Hand anlegen."
    ),
    "way_out_scope": (
        "Das Zugangstoken von Footlight darf das nicht: Ihm fehlt der Scope `{needs}`. Bitte einen HubSpot-Admin, ihn "
        "der App oder dem Service Key zu geben, und drücke dann *Add to HubSpot* noch einmal. Bis dahin kannst du den "
        "Kontakt in HubSpot von Hand anlegen."
    ),
    "way_out_contact": (
        "Es hat nur diesen abgelehnt; vielleicht verlangt euer HubSpot mehr als eine Adresse. Lege den Kontakt in "
        "HubSpot von Hand an. Wer Footlight betreibt, kann den Grund sehen, den HubSpot nannte."
    ),
    # feed
    "activity": "{who} — {clicks}, zuletzt {when}",
    "activity_on": "{who} — {clicks} auf {campaigns}, zuletzt {when}",
    "activity_text": "{who}: {clicks}, {campaigns}",
    "feed_head": "*Letzte Aktivität*",
    "feed_text_one": "{n} Aktivität",
    "feed_text_other": "{n} Aktivitäten",
    "no_activity": "Noch hat niemand geklickt.",
    "erased_person": "Jemand hat geklickt; die Person wurde inzwischen gelöscht.",
    # opting out
    "opt_out_title": "Abmelden (Opt out)",
    "opt_out_submit": "Nicht mehr tracken",
    "cancel": "Abbrechen",
    "opt_out_ask": "{who} nicht mehr tracken?",
    "opt_out_means": (
        "Footlight zeichnet dann keine Ansichten und Klicks dieser Person mehr auf, in keiner Gruppe und nach keinem "
        "Import. Was vorher aufgezeichnet wurde, bleibt; wer Footlight betreibt, kann auch das entfernen."
    ),
    "opt_out_for_good": "*Das lässt sich nicht rückgängig machen.*",
    # refusals and failures
    "refused_guest": "Gäste dieses Workspace sehen hier keine Daten von Personen. Bitte ein Mitglied um Auskunft.",
    "refused_stranger": "Nur Mitglieder dieses Workspace können Footlight benutzen.",
    "refused_not_permitted": (
        "Das dürfen nur Admins und Inhaber dieses Workspace. Bitte jemanden von ihnen, den Knopf zu drücken."
    ),
    "store_down": "Die Datenbank antwortet nicht; es wurde nichts geändert. Versuche es in einer Minute noch einmal.",
    "something_failed": "Das hat nicht geklappt; der Grund steht im Log von Footlight. Versuche es noch einmal; wenn "
    "es wieder nicht klappt, sage es denen, die Footlight betreiben.",
    "gone": "Diese Person ist nicht mehr da: gelöscht oder mit einem anderen Kontakt zusammengelegt.",
    # help
    "help_head": "*Footlight* sagt, wer die Banner in unseren E-Mail-Signaturen anklickt.",
    "help_contact": (
        "`/contact max@firma.de` zeigt eine Person; ein Teil von Name oder Domain genügt. "
        "Oder erwähne mich, oder schreib mir direkt."
    ),
    "help_leads": "`/leads` zeigt Leute ohne Kontakt in HubSpot, die geklickt haben.",
    "help_feed": "`/feed` zeigt die letzten Klicks unserer Kontakte.",
    "help_again": "Gehören diese Befehle einer anderen App: `/footlight contact`, `/footlight leads` und "
    "`/footlight feed` tun dasselbe.",
    "help_shortcut": "Bei jeder Nachricht: _Weitere Aktionen_ → _Look up addresses_.",
    "unknown_command": "`{word}` kenne ich nicht.",
    # words for the admin
    "admin_paused": "In {channel} kann ich nicht schreiben. {because}. Was aussteht, wartet; nichts geht verloren.",
    "admin_group": "{group} stimmt nicht mit der HubSpot-Liste überein: {trouble}",
    "admin_group_since": "{group} stimmt seit {when} nicht mit der HubSpot-Liste überein: {trouble}",
    "admin_groups_well": "Alle Zielgruppen stimmen wieder mit ihren HubSpot-Listen überein.",
    "admin_still_in_hubspot": "HubSpot ließ uns den Datensatz {id} vergessen, hat ihn aber noch; er ist hier verborgen "
    "und nicht gelöscht. Lösche ihn in HubSpot, oder stelle ihn dort wieder her.",
    "admin_look": "Etwas braucht Aufmerksamkeit: `footlight check` sagt, was.",
}
