"""The CapyDB client against a server that answers as told: what is read, what is an error, what is never sent twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.capydb import CapyClient, CapyTransport
from bot.clock import Clock
from bot.errors import (
    BadInput,
    CapyBadAnswer,
    CapyError,
    CapyForbidden,
    CapyNotFound,
    CapyRateLimited,
    CapyRefused,
    CapyUnauthorised,
    CapyUnavailable,
    CapyUnknownOutcome,
)
from bot.model import Text

FULL = {
    "ack_at": "2026-11-20T22:05:00Z",
    "ack_by_user_id": "usr_1",
    "completed_at": "2026-11-20T23:00:00.5Z",
    "created_at": "2026-11-20T22:00:00Z",
    "customer_note": "n",
    "external_ticket_ref": "CHG1",
    "id": "cut_1",
    "operator_note": "o",
    "organization_id": "org_1",
    "pre_cutover_backup_id": "bkp_1",
    "preview_database_id": "prv_1",
    "project_id": "prj_1",
    "promote_job_id": "job_1",
    "rejected_reason": "r",
    "requested_by_actor_id": "key_1",
    "requested_by_actor_kind": "api_key",
    "status": "completed",
    "updated_at": "2026-11-20T23:00:01Z",
}


class NoWait(Clock):
    async def sleep(self, seconds: float) -> None:
        """Pauses between tries pass at once."""


class Answers:
    """Gives one answer after the other, the last again and again; keeps what was asked."""

    def __init__(self, *answers: tuple[int, Any] | None, headers: dict[str, str] | None = None) -> None:
        self.answers, self.headers, self.asked = list(answers), headers or {}, []  # type: ignore[var-annotated]

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append((request.method, request.path, await request.read(), request.headers.get("Authorization")))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        status, body = answer
        if isinstance(body, str):
            return web.Response(status=status, text=body, content_type="text/html", headers=self.headers)
        return web.json_response(body, status=status, headers=self.headers)


@asynccontextmanager
async def client(answers: Answers, project: str = "prj_1") -> AsyncIterator[CapyClient]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answers.handle)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        transport = CapyTransport(str(server.make_url("/api/capydb")), "capy_live_x", session=session, clock=NoWait())
        yield CapyClient(transport, project)


async def test_all_eighteen_attributes_are_read() -> None:
    answers = Answers((200, {"cutover_requests": [FULL]}))
    async with client(answers) as capydb:
        (one,) = await capydb.requests("prj_1")
    assert (one.id, one.status, one.organization_id, one.project_id) == ("cut_1", "completed", "org_1", "prj_1")
    assert (one.preview_id, one.ticket, one.note, one.operator_note) == ("prv_1", Text("CHG1"), Text("n"), Text("o"))
    assert (one.rejected_reason, one.backup_id, one.job_id) == (Text("r"), "bkp_1", "job_1")
    assert (one.requested_by_kind, one.requested_by_id, one.ack_by) == ("api_key", "key_1", "usr_1")
    times = (one.created_at, one.updated_at, one.ack_at, one.completed_at)
    assert [at.minute if at else None for at in times] == [0, 0, 5, 0]
    assert answers.asked == [("GET", "/api/capydb/v1/projects/prj_1/cutover-requests", b"", "Bearer capy_live_x")]


@pytest.mark.parametrize(
    ("entry", "status"),
    [
        ({"id": "a"}, "open"),
        ({"id": "a", "status": "quantum", "brand_new": {"x": 1}}, "quantum"),
        ({"id": 7, "status": None, "created_at": "tomorrow", "customer_note": ["?"]}, "open"),
    ],
)
async def test_what_is_odd_or_missing_is_read_as_far_as_it_goes(entry: dict[str, Any], status: str) -> None:
    async with client(Answers((200, {"cutover_requests": [entry, "no", {}, {"id": ""}]}))) as capydb:
        (one,) = await capydb.requests("prj_1")
    assert (one.id, one.status, one.created_at) == (str(entry["id"]), status, None)
    assert one.is_active is (status == "open")
    assert not one.is_final


async def test_an_empty_list_may_be_null_and_a_bare_one_is_read() -> None:
    async with client(Answers((200, {"cutover_requests": None}), (200, [{"id": "b"}]))) as capydb:
        assert await capydb.requests("prj_1") == ()
        assert [one.id for one in await capydb.requests("prj_1")] == ["b"]


@pytest.mark.parametrize("body", ["<html>log in</html>", {"something": "else"}, {"cutover_requests": {"id": "a"}}])
async def test_what_is_no_answer_at_all_is_an_error_and_no_empty_list(body: Any) -> None:
    async with client(Answers((200, body))) as capydb:
        with pytest.raises(CapyBadAnswer):
            await capydb.requests("prj_1")


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, CapyUnauthorised, "does not accept the bot's key"),
        (403, CapyForbidden, "does not let the bot's key"),
        (404, CapyNotFound, "does not know this project"),
        (302, CapyNotFound, "redirects"),
        (418, CapyRefused, "status 418"),
    ],
)
async def test_each_status_of_a_read_has_its_sentence(status: int, kind: type[CapyError], words: str) -> None:
    answers = Answers((status, {"error": "because"}), headers={"Location": "https://elsewhere.example/"})
    async with client(answers) as capydb:
        with pytest.raises(kind, match=words) as caught:
            await capydb.requests("prj_1")
    assert caught.value.hint
    assert caught.value.speaker == "CapyDB"
    assert caught.value.detail.raw == ("because" if status != 302 else "")
    assert len(answers.asked) == 1


@pytest.mark.parametrize(
    ("status", "kind"), [(400, CapyRefused), (409, CapyRefused), (404, CapyNotFound), (429, CapyRateLimited)]
)
async def test_a_refused_request_was_certainly_not_opened(status: int, kind: type[CapyError]) -> None:
    answers = Answers((status, {"error": "no"}))
    async with client(answers) as capydb:
        with pytest.raises(kind) as caught:
            await capydb.open_request("prj_1", "prv_1")
    assert not isinstance(caught.value, CapyUnknownOutcome)
    assert len(answers.asked) == 1


@pytest.mark.parametrize("answer", [(500, {"error": "x"}), (502, "<html>"), None, (200, "<html>log in</html>")])
async def test_a_request_that_may_be_open_is_unknown_and_sent_once(answer: Any) -> None:
    answers = Answers(answer)
    async with client(answers) as capydb:
        with pytest.raises(CapyUnknownOutcome):
            await capydb.open_request("prj_1", "prv_1", ticket="CHG1")
    assert len(answers.asked) == 1


@pytest.mark.parametrize("status", [200, 201, 202])
async def test_any_2xx_opens_it(status: int) -> None:
    answers = Answers((status, {"cutover_request": FULL}))
    async with client(answers) as capydb:
        opened = await capydb.open_request("prj_1", "prv_1", ticket="CHG1", note="n")
    assert opened is not None
    assert opened.id == "cut_1"
    assert answers.asked[0][2] == b'{"preview_id":"prv_1","customer_note":"n","external_ticket_ref":"CHG1"}'


@pytest.mark.parametrize("body", [{}, {"job": {"id": "job_1"}}, {"cutover_request": {}}])
async def test_a_success_that_does_not_show_the_request_is_read_from_the_list(body: Any) -> None:
    async with client(Answers((202, body))) as capydb:
        assert await capydb.open_request("prj_1", "prv_1") is None


async def test_a_read_is_tried_three_times() -> None:
    answers = Answers((503, {}), None, (200, {"cutover_requests": []}))
    async with client(answers) as capydb:
        assert await capydb.requests("prj_1") == ()
    assert len(answers.asked) == 3
    answers = Answers((500, "<html>"))
    async with client(answers) as capydb:
        with pytest.raises(CapyUnavailable, match="internal error"):
            await capydb.requests("prj_1")
    assert len(answers.asked) == 3


async def test_a_long_pause_that_capydb_asks_for_is_not_sat_out() -> None:
    answers = Answers((429, {}), headers={"Retry-After": "60"})
    async with client(answers) as capydb:
        with pytest.raises(CapyRateLimited) as caught:
            await capydb.requests("prj_1")
    assert caught.value.retry_after == 60.0
    assert len(answers.asked) == 1


@pytest.mark.parametrize("identifier", ["../prj_2", "a/b", "", "x" * 65, "ü", "a?b"])
async def test_what_is_no_id_is_not_sent(identifier: str) -> None:
    answers = Answers((200, {}))
    async with client(answers) as capydb:
        with pytest.raises(BadInput):
            await capydb.requests(identifier)
        with pytest.raises(BadInput):
            await capydb.open_request("prj_1", identifier)
        with pytest.raises(BadInput):
            await capydb.open_request("prj_1", "prv_1", note="n" * 1001)
    assert answers.asked == []


@pytest.mark.parametrize("status", [403, 404, 405, 501])
async def test_previews_that_are_not_offered_are_none(status: int) -> None:
    async with client(Answers((status, {"error": "no"}))) as capydb:
        assert await capydb.previews("prj_1") is None


async def test_the_project_of_the_settings_needs_no_list_of_projects() -> None:
    async with client(Answers((403, {"error": "no"}))) as capydb:
        assert [one.title for one in await capydb.projects()] == [Text("prj_1")]
    async with client(Answers((200, {"projects": [{"id": "prj_1", "name": "Ledger"}, {"id": "b"}]}))) as capydb:
        assert [one.title for one in await capydb.projects()] == [Text("Ledger")]
    async with client(Answers((200, {"projects": [{"id": "a"}, {"id": "b"}]})), project="") as capydb:
        assert [one.id for one in await capydb.projects()] == ["a", "b"]


async def test_a_key_that_cannot_be_a_header_is_refused_without_being_shown() -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(BadInput) as caught:
            CapyTransport("http://127.0.0.1", "capy live", session=session, clock=NoWait())
    assert "capy live" not in str(caught.value)
