"""A HubSpot that speaks the real protocol over HTTP: strict about requests, exact about shapes."""

from sandbox.hubspot.crm import Crm
from sandbox.hubspot.server import HubSpotSandbox

__all__ = ["Crm", "HubSpotSandbox"]
