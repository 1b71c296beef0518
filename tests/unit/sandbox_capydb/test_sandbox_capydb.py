"""The embedded CapyDB: its answers fit the contract, its rules are CapyDB's, its operator does the rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema
import pytest
import yaml

from bot.sandbox.capydb import EmbeddedCapyDB
from bot.sandbox.capydb.command import serve
from bot.sandbox.capydb.operator import ACKNOWLEDGES, DECIDES, NO_TICKET, PROMOTES

CONTRACT = Path(__file__).parents[2] / "contract" / "spec" / "capydb-cutovers.openapi.yaml"
REQUESTS = "/v1/projects/prj_ledger/cutover-requests"
SOUTH, OLD = "prv_ledger_south", "prv_ledger_old"


class Caller:
    """Asks the server, and holds every answer of the two contracted calls against the contract."""

    def __init__(self, capydb: EmbeddedCapyDB, session: aiohttp.ClientSession) -> None:
        self.capydb, self.session = capydb, session
        self.document = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))

    async def ask(self, method: str, path: str, body: Any = None, key: str | None = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {key or self.capydb.key}"}
        async with self.session.request(method, self.capydb.url + path, json=body, headers=headers) as reply:
            answer = await reply.json()
        if path.endswith("/cutover-requests"):
            self.judge(method, reply.status, answer)
        return reply.status, answer

    def judge(self, method: str, status: int, answer: Any) -> None:
        """409, 405 and 429 are not listed: their bodies are those of the other errors."""
        listed = self.document["paths"]["/v1/projects/{projectID}/cutover-requests"][method.lower()]["responses"]
        found = listed.get(str(status), listed["401"])
        schema = found["content"]["application/json"]["schema"]
        validator = jsonschema.Draft202012Validator({**schema, "components": self.document["components"]})
        validator.validate(answer)

    async def open(self, preview: str = SOUTH, ticket: str = "CHG1", **more: Any) -> tuple[int, Any]:
        return await self.ask("POST", REQUESTS, {"preview_id": preview, "external_ticket_ref": ticket, **more})

    async def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        url = f"{self.capydb.url.removesuffix('/api/capydb')}/control/{path}"
        async with self.session.request(method, url, json=body) as reply:
            return await reply.json()

    async def first(self) -> Any:
        return (await self.ask("GET", REQUESTS))[1]["cutover_requests"][0]


@asynccontextmanager
async def caller(**given: Any) -> AsyncIterator[Caller]:
    async with EmbeddedCapyDB(**given) as capydb, aiohttp.ClientSession() as session:
        yield Caller(capydb, session)


@pytest.fixture
async def asks() -> AsyncIterator[Caller]:
    async with caller() as made:
        yield made


async def test_a_request_lives_as_the_operator_has_it() -> None:
    async with caller(acting=True) as asks:
        assert (await asks.open(customer_note="hello"))[0] == 201
        seen = []
        for seconds in (0, ACKNOWLEDGES, DECIDES, PROMOTES):
            asks.capydb.clock.advance(seconds)
            seen.append((await asks.first())["status"])
        assert seen == ["open", "acked", "in_progress", "completed"]
        done = await asks.first()
        assert done["pre_cutover_backup_id"].startswith("bkp_")
        assert {"ack_at", "ack_by_user_id", "promote_job_id", "completed_at", "organization_id"} <= done.keys()
        assert (await asks.open())[0] == 201  # a finished one frees the preview
        events = [event for _, event, _ in asks.capydb.world.audit][:4]
        assert events == [
            "cutover.requested",
            "cutover.acked",
            "cutover.promote_started",
            "production_overwrite_restore",
        ]


async def test_the_operator_turns_a_bad_preview_down_and_waits_for_a_ticket() -> None:
    async with caller(acting=True) as asks:
        await asks.open(OLD)
        await asks.open(SOUTH, ticket="")
        for seconds in (ACKNOWLEDGES, DECIDES, DECIDES):
            asks.capydb.clock.advance(seconds)
            found = (await asks.ask("GET", REQUESTS))[1]["cutover_requests"]
        waiting, rejected = found
        assert (rejected["status"], "restore test" in rejected["rejected_reason"]) == ("rejected", True)
        assert (waiting["status"], waiting["operator_note"]) == ("acked", NO_TICKET)


async def test_one_active_request_a_preview(asks: Caller) -> None:
    assert [(await asks.open())[0] for _ in range(2)] == [201, 409]
    assert len(asks.capydb.world.requests) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ([], 400),
        ({"preview_id": 7}, 400),
        ({"preview_id": SOUTH, "customer_note": "n" * 1001}, 400),
        ({"preview_id": SOUTH, "external_ticket_ref": "t" * 121}, 400),
        ({"preview_id": "prv_nobody"}, 404),
        ({"preview_id": "prv_cards_south"}, 404),
        ({"preview_id": "prv_ledger_new"}, 409),
        ({"preview_id": SOUTH, "customer_note": "n" * 1000, "external_ticket_ref": "t" * 120}, 201),
    ],
)
async def test_limits(asks: Caller, body: Any, status: int) -> None:
    assert (await asks.ask("POST", REQUESTS, body))[0] == status
    assert len(asks.capydb.world.requests) == (status == 201)


@pytest.mark.parametrize(
    ("key", "method", "status"),
    [
        ("nobody", "GET", 401),
        ("capy_live_harbour_cards", "GET", 403),
        ("capy_live_harbour_reader", "GET", 200),
        ("capy_live_harbour_reader", "POST", 403),
        ("capy_live_harbour_all", "GET", 200),
    ],
)
async def test_a_key_reaches_its_own_project_with_its_own_scopes(
    asks: Caller, key: str, method: str, status: int
) -> None:
    body = {"preview_id": SOUTH} if method == "POST" else None
    assert (await asks.ask(method, REQUESTS, body, key))[0] == status


async def test_projects_previews_and_who_the_key_is(asks: Caller) -> None:
    assert [one["id"] for one in (await asks.ask("GET", "/v1/projects"))[1]["projects"]] == ["prj_ledger"]
    previews = (await asks.ask("GET", "/v1/projects/prj_ledger/preview-databases"))[1]["preview_databases"]
    assert {one["state"] for one in previews} == {"ready", "provisioning"}
    assert "projects:write" in (await asks.ask("GET", "/v1/me"))[1]["principal"]["scopes"]
    assert (await asks.ask("GET", "/v1/projects/prj_none/cutover-requests"))[0] == 404
    assert (await asks.ask("GET", "/v1/nothing"))[0] == 404
    assert (await asks.ask("DELETE", "/v1/me"))[0] == 405


async def test_a_preview_that_expires_takes_its_requests_with_it(asks: Caller) -> None:
    await asks.open()
    await asks.control("clock", {"advance": 100 * 3600})
    assert (await asks.ask("GET", REQUESTS))[1]["cutover_requests"] == []
    assert (await asks.open())[0] == 404


async def test_faults_on_order_and_the_control_interface(asks: Caller) -> None:
    assert (await asks.control("faults", {"faults": [{"method": "GET", "do": {"status": 429}}]}))["ok"]
    assert [(await asks.ask("GET", "/v1/me"))[0] for _ in range(2)] == [429, 200]
    await asks.control("faults", {"faults": [{"method": "POST", "do": {"cut": "after"}}]})
    with pytest.raises(aiohttp.ClientError):
        await asks.open()
    (request,) = (await asks.control("world", method="GET"))["requests"]
    assert not (await asks.control("act", {"do": "promote", "request": request["id"]}))["ok"]
    for do, more in (("ack", {"note": "mine"}), ("promote", {}), ("complete", {})):
        assert (await asks.control("act", {"do": do, "request": request["id"], **more}))["ok"]
    assert (await asks.first())["status"] == "completed"
    assert not (await asks.control("act", {"do": "dance", "request": request["id"]}))["ok"]
    assert (await asks.control("reset"))["ok"]
    assert asks.capydb.world.requests == {}


async def test_the_command_prints_its_keys_and_takes_faults(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], unused_tcp_port: int
) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text('[{"method": "GET", "do": {"status": 503}}]')
    serving = asyncio.create_task(serve("127.0.0.1", unused_tcp_port, 0.0, faults))
    printed = ""
    while "capy_live_harbour_all" not in printed:
        await asyncio.sleep(0)
        printed += capsys.readouterr().out
    url = f"http://127.0.0.1:{unused_tcp_port}/api/capydb/v1/me"
    async with aiohttp.ClientSession() as session, session.get(url) as reply:
        assert reply.status == 503
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
