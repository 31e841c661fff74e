"""What can be wrong with the store itself, by the names that callers act on."""

from decisions.mendable import Mendable


class StoreDown(Mendable):
    """The database cannot be reached or refuses to work. Is it running, is its disk full? `footlight check` tells."""


class Busy(Mendable):
    """Another process holds the database's lock for longer than we may wait. Try again in a moment."""
