"""Block Kit's documented limits: what Slack answers `invalid_blocks` or `invalid_arguments` for."""

from sandbox.slack.block_kit.blocks import ALL_TEXT, elements_of, message_faults, text_length, view_faults
from sandbox.slack.block_kit.elements import suggestion_faults
from sandbox.slack.block_kit.rules import Fault

__all__ = ["ALL_TEXT", "Fault", "elements_of", "message_faults", "suggestion_faults", "text_length", "view_faults"]
