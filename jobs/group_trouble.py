"""What a pass over a list failed with, as the group keeps it."""

from typing import Final

from jobs.hubspot.trouble import BadAnswer, HubSpotDown, NotFound, RateLimited, ScopeMissing, TokenRefused
from jobs.list_pass import Unbelievable
from jobs.list_walk import ListGone
from storage.group_trouble import GroupTrouble, TroubleKind
from storage.portal import OtherPortal


def group_trouble(error: Exception) -> GroupTrouble:
    """Why a pass failed; what is none of these is told by its own text."""
    return GroupTrouble(str(error), *_kind(error))


def _kind(error: Exception) -> tuple[TroubleKind, str]:
    match error:
        case ScopeMissing():
            return TroubleKind.SCOPE, ", ".join(error.scopes)
        case OtherPortal():
            return TroubleKind.PORTAL, error.kept
        case RateLimited():
            return (TroubleKind.QUOTA if error.is_daily else TroubleKind.LIMIT), ""
    kinds = (kind for kinds, kind in _KINDS if isinstance(error, kinds))
    return next(kinds, TroubleKind.OTHER), ""


_KINDS: Final[tuple[tuple[type[Exception], TroubleKind], ...]] = (
    (TokenRefused, TroubleKind.ACCESS),
    (NotFound, TroubleKind.NOT_FOUND),
    (ListGone, TroubleKind.LIST_GONE),
    (Unbelievable, TroubleKind.DOUBTED),
    (HubSpotDown, TroubleKind.DOWN),
    (BadAnswer, TroubleKind.BAD_ANSWER),
)
