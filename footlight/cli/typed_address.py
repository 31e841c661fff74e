"""An address as somebody types it on the command line, who may have meant a name."""

from decisions.addresses import NotAnAddress, normalise


def typed_address(text: str) -> str:
    """
    The normalised address.

    Raises:
        NotAnAddress: with what was typed, which is for the eyes of who typed it, and the way to find somebody.
    """
    try:
        return normalise(text)
    except NotAnAddress as error:
        raise NotAnAddress(
            f"{text!r} is no e-mail address: {error}. `footlight contacts find TEXT` looks for a part of a name, an"
            " address or a domain"
        ) from error
