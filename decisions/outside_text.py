"""The one door for text that comes from outside: it loses what breaks stores, logs and screens, and gets a length."""

import re
from typing import Final

# C0 and C1 controls save tab and newline (NUL is refused by PostgreSQL), surrogates (not encodable as UTF-8),
# and the bidi marks that make text read in another order than it is stored.
_UNWANTED: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(text: str, limit: int) -> str:
    """`text` without control characters, lone surrogates and bidi controls, at most `limit` code points long."""
    return _UNWANTED.sub("", text)[:limit]
