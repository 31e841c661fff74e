"""HubSpot did not take a lead: who asked is told why, what it means, and the way out."""

from typing import Final

from bot.blocks.elements import Message, section
from bot.blocks.reader import Reader
from bot.blocks.text import LONGEST_ADDRESS, LONGEST_TEXT, address, bold, fit
from storage.leads import HubSpotRefusal

_WAY_OUT: Final = {
    HubSpotRefusal.ACCESS: "way_out_token",
    HubSpotRefusal.SCOPE: "way_out_scope",
    HubSpotRefusal.CONTACT: "way_out_contact",
}


def refused_by_hubspot(email: str, refusal: HubSpotRefusal, needs: str, reader: Reader) -> Message:
    """
    The refusal of one lead.

    Args:
        needs: the scopes of which the token lacks one.
    """
    texts = reader.texts
    way_out = texts(_WAY_OUT[refusal], needs=needs)
    shown = [texts("not_added_to_hubspot", email=bold(email, LONGEST_ADDRESS)), way_out]
    told = [texts("not_added_to_hubspot", email=address(email)), way_out]
    return Message(fit(told, LONGEST_TEXT, " "), [section(shown)])
