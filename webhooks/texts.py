"""The words of the pages that recipients see, in German and English, and which of the two a browser wants."""

import re
from collections.abc import Mapping
from typing import Final

from aiohttp import web

Texts = Mapping[str, str]

TEXTS: Final[Mapping[str, Texts]] = {
    "en": {
        "language": "en",
        "day": "%Y-%m-%d",
        "title": "Your data",
        "about": "You got an e-mail with a banner, sent to {address}. Whoever sent it counts whether banners are seen "
        "and clicked.",
        "kept": "These kinds of data are kept of you. As mails are forwarded, this page shows no values.",
        "what": "What",
        "since": "Since",
        "nothing": "Nothing is kept of you.",
        "only_in_groups": "What you see and click is counted only in the sum of a group, without your address: by "
        "campaign and day.",
        "kind_address": "Your e-mail address",
        "kind_contact": "Name, company and other contact data from the sender's customer database",
        "kind_groups": "Groups that you are in",
        "kind_views": "When banners were shown to you",
        "kind_clicks": "When you clicked banners",
        "kind_counts": "How often you saw and clicked banners",
        "kind_lead": "That you clicked without being a contact",
        "kind_notes": "Notes that the sender's sales team wrote about it",
        "kind_messages": "Messages about it to the sender's sales team",
        "do": "What you can do",
        "stop": "Stop tracking",
        "stop_means": "Then nothing of what you see or click is recorded any more. It works at once and for good.",
        "stop_done": "Tracking has been stopped since {day}. Nothing is recorded any more.",
        "erase": "Erase my data",
        "erase_means": "Asks the sender to delete all of it. You will be forgotten, and not stored again.",
        "erase_done": "You asked on {day} for your data to be erased.",
        "export": "Send me my data",
        "export_means": "Asks the sender for a copy of all of it, sent to your e-mail address.",
        "export_done": "You asked on {day} for a copy of your data.",
        "told": "The sender was told.",
        "noted": "It is noted for the sender.",
        "several": "This mail went to several people at once. Nothing is recorded of any one of them by its banner.",
        "bad_link": "This link is incomplete or none of ours. Please open it from the e-mail again.",
        "no_button": "Please press one of the buttons on the page.",
        "later": "This cannot be done at the moment. Please try again in some minutes.",
        "not_found": "Nothing to be found here",
        "no_target": "This link leads nowhere at present.",
        "bad_picture": "This picture is none of ours, or its address is incomplete.",
        "bad_chart": "This chart is none of ours, or it is too old.",
    },
    "de": {
        "language": "de",
        "day": "%d.%m.%Y",
        "title": "Ihre Daten",
        "about": "Sie haben eine E-Mail mit einem Banner bekommen, gesendet an {address}. Der Absender zählt, ob "
        "Banner gesehen und angeklickt werden.",
        "kept": "Diese Arten von Daten sind über Sie gespeichert. Weil Mails weitergeleitet werden, zeigt diese Seite "
        "keine Werte.",
        "what": "Was",
        "since": "Seit",
        "nothing": "Über Sie ist nichts gespeichert.",
        "only_in_groups": "Was Sie sehen und anklicken, wird nur in der Summe einer Gruppe gezählt, ohne Ihre Adresse: "
        "nach Kampagne und Tag.",
        "kind_address": "Ihre E-Mail-Adresse",
        "kind_contact": "Name, Firma und andere Kontaktdaten aus der Kundendatenbank des Absenders",
        "kind_groups": "Gruppen, in denen Sie sind",
        "kind_views": "Wann Ihnen Banner gezeigt wurden",
        "kind_clicks": "Wann Sie Banner angeklickt haben",
        "kind_counts": "Wie oft Sie Banner gesehen und angeklickt haben",
        "kind_lead": "Dass Sie geklickt haben, ohne ein Kontakt zu sein",
        "kind_notes": "Notizen, die der Vertrieb des Absenders dazu schrieb",
        "kind_messages": "Nachrichten darüber an den Vertrieb des Absenders",
        "do": "Was Sie tun können",
        "stop": "Nicht mehr aufzeichnen",
        "stop_means": "Dann wird nichts mehr davon aufgezeichnet, was Sie sehen oder anklicken. Das wirkt sofort "
        "und für immer.",
        "stop_done": "Seit dem {day} wird nichts mehr aufgezeichnet.",
        "erase": "Meine Daten löschen",
        "erase_means": "Bittet den Absender, alles zu löschen. Sie werden vergessen und nicht wieder gespeichert.",
        "erase_done": "Am {day} haben Sie um Löschung gebeten.",
        "export": "Meine Daten zusenden",
        "export_means": "Bittet den Absender um eine Kopie von allem, gesendet an Ihre E-Mail-Adresse.",
        "export_done": "Am {day} haben Sie um eine Kopie gebeten.",
        "told": "Der Absender wurde benachrichtigt.",
        "noted": "Das ist für den Absender vermerkt.",
        "several": "Diese Mail ging an mehrere Personen zugleich. Durch ihr Banner wird über keine einzelne von ihnen "
        "etwas aufgezeichnet.",
        "bad_link": "Dieser Link ist unvollständig oder nicht von uns. Bitte öffnen Sie ihn noch einmal aus der Mail.",
        "no_button": "Bitte drücken Sie einen der Knöpfe auf der Seite.",
        "later": "Das geht gerade nicht. Bitte versuchen Sie es in einigen Minuten noch einmal.",
        "not_found": "Hier ist nichts zu finden",
        "no_target": "Dieser Link führt zurzeit nirgendwohin.",
        "bad_picture": "Dieses Bild ist nicht von uns, oder seine Adresse ist unvollständig.",
        "bad_chart": "Dieses Diagramm ist nicht von uns, oder es ist zu alt.",
    },
}

_WISHED: Final = re.compile(r"\s*(?P<tag>[A-Za-z*]{1,8})(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q=(?P<q>[01](?:\.\d{0,3})?))?\s*")


def texts_for(request: web.Request) -> Texts:
    """In the language that the request's `Accept-Language` wants."""
    return TEXTS[language(request.headers.get("Accept-Language", ""), TEXTS)]


def language(accepted: str, known: Mapping[str, object]) -> str:
    """Of the `known` languages the one that an Accept-Language wants most; English where it wants none of them."""
    wishes = [found for part in accepted[:500].split(",") if (found := _WISHED.fullmatch(part))]
    wanted = [(weight, one["tag"].lower()) for one in wishes if (weight := float(one["q"] or 1)) > 0]
    ranked = sorted(wanted, key=lambda one: -one[0])
    return next((tag for _, tag in ranked if tag in known), "en")
