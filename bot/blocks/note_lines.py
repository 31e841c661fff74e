"""The notes on a lead as its card shows them: the last ones, each with who wrote it and when."""

from collections.abc import Sequence
from typing import Final

from bot.blocks.elements import Block, section
from bot.blocks.reader import Reader
from bot.blocks.text import Mrkdwn, escape, fit
from storage.lead_notes import Note

MOST_NOTES: Final = 4
LONGEST_NOTE: Final = 150
# What a contact's card has room for.
LONGEST_BLOCK: Final = 1_500


def note_blocks(notes: Sequence[Note], reader: Reader) -> list[Block]:
    """The last of these, oldest first; nothing where there is none."""
    if not notes:
        return []
    head = reader.texts.count("notes", len(notes))
    lines = [Mrkdwn(f"*{head}*"), *(_line(note, reader) for note in notes[-MOST_NOTES:])]
    return [section([fit(lines, LONGEST_BLOCK)])]


def _line(note: Note, reader: Reader) -> Mrkdwn:
    said = escape(note.text, LONGEST_NOTE)
    return reader.texts("note", text=said, who=reader.who(note.author), when=reader.when(note.at))
