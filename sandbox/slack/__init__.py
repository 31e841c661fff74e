"""A Slack that speaks the real protocol: Web API, signed requests to the app, Socket Mode, and how it all looks."""

from sandbox.slack.server import SlackSandbox
from sandbox.slack.workspace import Channel, File, Message, Modal, User, Workspace

__all__ = ["Channel", "File", "Message", "Modal", "SlackSandbox", "User", "Workspace"]
