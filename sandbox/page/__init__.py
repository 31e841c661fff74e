"""The demo page: HubSpot, Slack and an inbox side by side, with a line on the wire for all that happens."""

from sandbox.page.app import DemoPage

__all__ = ["DemoPage"]
