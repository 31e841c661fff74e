"""Opting out by the API: of an address or of a domain, for good."""

from typing import Any

import pytest

from storage import Session, Store, audit, opt_out_asked
from storage.api_keys import Scope
from storage.opt_outs import Hasher
from tests.webhooks.api.conftest import EVA, JO, MAX

pytestmark = pytest.mark.usefixtures("people")


async def test_opt_out(ask: Any, make_key: Any, store: Store, hasher: Hasher) -> None:
    """An address is opted out once, a domain with all that are known; the audit names the key, and no address."""
    key = make_key("crm", Scope.OPT_OUTS)

    async def opt_out(**whom: str) -> Any:
        answer = await ask("POST", "/api/opt-outs", key=key, json=whom)
        assert answer.status == 200
        return answer.json

    assert await opt_out(address=" Max@Firma.example ") == {"was_new": True, "known_addresses": None}
    assert await opt_out(address=MAX) == {"was_new": False, "known_addresses": None}
    assert await opt_out(address="never@seen.example") == {"was_new": True, "known_addresses": None}
    assert await opt_out(domain="Other.example") == {"was_new": None, "known_addresses": 1}

    def state(session: Session) -> tuple[list[bool], list[str]]:
        known = [opt_out_asked.of_address(session, email, hasher) is not None for email in (MAX, EVA, JO)]
        return known, [one.actor + one.detail for one in audit.newest(session, 4)]

    opted_out, told = store.read_now(state)
    assert opted_out == [True, False, True]
    assert ["api:crm" in one for one in told] == [True, True, True, False]
    assert "@" not in "".join(told)


@pytest.mark.parametrize(
    "body", [{}, {"address": MAX, "domain": "firma.example"}, {"address": "nobody"}, {"domain": "x"}, {"address": None}]
)
async def test_whom(body: dict[str, Any], ask: Any) -> None:
    """Neither, both, and what is none of them: 400, and nothing is done."""
    answer = await ask("POST", "/api/opt-outs", json=body)

    assert answer.status == 400
    assert "nobody" not in answer.json["detail"]
    assert len((await ask("GET", "/api/feed")).json["items"]) == 2
