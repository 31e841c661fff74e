"""Opting out by the API: of a person by address, or of everyone at a domain."""

from decisions.addresses import normalise, normalise_domain
from storage import opt_out_asked
from webhooks.api import shapes
from webhooks.api.serving import Call
from webhooks.api.shapes import given
from webhooks.problems import malformed


async def opt_out(call: Call[shapes.OptOutAsked]) -> shapes.OptedOut:
    """End the tracking, for good."""
    address, domain = given(call.asked.address), given(call.asked.domain)
    if (address is None) == (domain is None):
        raise malformed("Name either an address or a domain.")
    actor, hasher, now = f"api:{call.caller.name}", call.hasher, call.edge.now()
    if domain is not None:
        known = await call.store.write(
            opt_out_asked.opt_out_domain, normalise_domain(domain), actor=actor, hasher=hasher, now=now
        )
        return shapes.OptedOut(None, known)
    done = await call.store.write(opt_out_asked.opt_out, normalise(address), actor=actor, hasher=hasher, now=now)
    return shapes.OptedOut(done.was_new, None)
