"""Where an error broke, without its own words: they may hold what was worked on, somebody's name even."""

from traceback import walk_tb
from typing import Final

# The innermost places; what called them is the same for all.
MOST_PLACES: Final = 12


def where_it_broke(error: BaseException) -> str:
    """The kind of error and its places, `module:line`, the innermost last; then the error that it came from."""
    places = [f"{frame.f_globals.get('__name__')}:{line}" for frame, line in walk_tb(error.__traceback__)]
    told = f"{type(error).__name__} at {' > '.join(places[-MOST_PLACES:])}"
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return f"{told}, from {where_it_broke(earlier)}" if earlier else told
