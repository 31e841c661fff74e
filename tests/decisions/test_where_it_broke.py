"""What is logged of an error that nobody foresaw."""

from decisions.where_it_broke import where_it_broke


def deep(levels: int) -> None:
    if levels:
        deep(levels - 1)
    raise KeyError("max@firma.de")


def test_names_places_and_no_words() -> None:
    """The kinds of errors and the innermost places are told, and nothing that was worked on."""
    try:
        try:
            deep(20)
        except KeyError as error:
            raise ValueError("Max Mustermann") from error
    except ValueError as error:
        told = where_it_broke(error)

    assert told.startswith(f"ValueError at {__name__}:")
    assert f", from KeyError at {__name__}:" in told
    assert told.count(" > ") == 11
    assert "max" not in told.lower()
