"""Errors that a person can mend: they are told in one sentence, without a traceback."""


class Mendable(Exception):
    """Its text says what is wrong, and what to do about it."""
