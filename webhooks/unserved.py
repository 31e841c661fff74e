"""What is not served: unknown addresses, other methods, and expectations that nobody has of us."""

from aiohttp import HttpVersion11, web

from webhooks.problems import Problem, answer


async def no_such_address(_: web.Request) -> web.Response:
    """404 for whatever is no endpoint."""
    return answer(Problem(404, "unknown", "Nothing is served at this address."))


async def only(allowed: str, _: web.Request) -> web.Response:
    """405 for another method than those that are `allowed`."""
    return answer(Problem(405, "method", f"Only {allowed} is served at this address.", {"Allow": allowed}))


async def answer_expectation(request: web.Request) -> web.Response | None:
    """
    100 for who asks whether to send a body, 417 for any other expectation (RFC 9110, 10.1.1).

    aiohttp's own way repeats in its answer what was expected, and fails where that is no text.
    """
    if request.version != HttpVersion11:
        return None
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # what counts as sent begins with the answer itself
        return None
    return answer(Problem(417, "expectation", "Only 100-continue can be expected."))
