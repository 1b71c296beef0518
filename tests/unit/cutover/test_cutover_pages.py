"""Lists end, follow only their own host, and give every item once."""

from __future__ import annotations

import pytest
from cutover_script import Asked, ScriptedCutover, Step, answer, many, resource, text

from bot.cutover import CutoverClient, pages
from bot.errors import BadAnswer, NotFound


def tasks(*ids: int, next: str | None = None, total: int | None = None) -> Step:
    return many(*(resource("task", one) for one in ids), next=next, total=total)


async def ids(client: CutoverClient) -> list[str]:
    return [task.id async for task in client.list_runbook_tasks("7", page_size=2)]


@pytest.mark.parametrize(
    "link",
    [
        "core/runbooks/7/tasks?page[number]=2",
        "/core/runbooks/7/tasks?page[number]=2",
        "{url}/core/runbooks/7/tasks?page%5Bnumber%5D=2",
        "?page[number]=2",
        "https://127.0.0.1/core/runbooks/7/tasks?page[number]=2",
    ],
)
async def test_links_are_followed(client: CutoverClient, cutover: ScriptedCutover, link: str) -> None:
    cutover.then(tasks(1, 2, next=link.format(url=cutover.url), total=3), tasks(3, total=None))
    assert await ids(client) == ["1", "2", "3"]
    assert cutover.lines[0] == "GET /core/runbooks/7/tasks?page%5Bsize%5D=2"
    assert cutover.lines[1].replace("[", "%5B").replace("]", "%5D") == "GET /core/runbooks/7/tasks?page%5Bnumber%5D=2"


async def test_links_keep_the_prefix_of_a_gateway(make_transport, cutover, clock) -> None:  # type: ignore[no-untyped-def]
    client = CutoverClient(make_transport(f"{cutover.url}/gw"), clock)
    cutover.then(tasks(1, next="core/x?p=2"), tasks(2, next="/gw/core/x?p=3"), tasks(3))
    assert await ids(client) == ["1", "2", "3"]
    assert cutover.lines[1:] == ["GET /gw/core/x?p=2", "GET /gw/core/x?p=3"]


@pytest.mark.parametrize(
    "link",
    [
        "http://evil.example/core/x",
        "//evil.example/core/x",
        "http://127.0.0.1:1/core/x",
        "http://[bad",
        "https://u@evil.example/",
    ],
)
async def test_other_hosts_are_refused(client: CutoverClient, cutover: ScriptedCutover, link: str) -> None:
    cutover.then(tasks(1, next=link))
    with pytest.raises(BadAnswer, match="another host"):
        await ids(client)
    assert len(cutover.asked) == 1


async def test_a_link_to_itself_ends(client: CutoverClient, cutover: ScriptedCutover) -> None:
    cutover.then(tasks(1, next="/core/runbooks/7/tasks?page%5Bsize%5D=2"))
    assert await ids(client) == ["1"]
    assert len(cutover.asked) == 1


async def test_a_circle_ends(client: CutoverClient, cutover: ScriptedCutover) -> None:
    cutover.then(tasks(1, next="/core/a"), tasks(2, next="/core/b"), tasks(3, next="/core/a"))
    assert await ids(client) == ["1", "2", "3"]
    assert len(cutover.asked) == 3


async def test_a_page_that_repeats_under_new_addresses_ends(client: CutoverClient, cutover: ScriptedCutover) -> None:
    def route(asked: Asked) -> Step:
        return tasks(1, 2, next=f"/core/x?n={len(cutover.asked)}")

    cutover.route = route
    assert await ids(client) == ["1", "2"]
    assert len(cutover.asked) == 1 + pages.MOST_STALE


async def test_items_that_move_between_pages_come_once(client: CutoverClient, cutover: ScriptedCutover) -> None:
    cutover.then(tasks(1, 2, 2, next="/core/b"), tasks(next="/core/c"), tasks(2, 3, next="/core/d"), tasks(4))
    assert await ids(client) == ["1", "2", "3", "4"]


async def test_no_page_is_invented(client: CutoverClient, cutover: ScriptedCutover) -> None:
    cutover.then(answer({"data": [resource("task", 1)], "meta": {"page": {"offset": 0, "limit": 1, "total": 9}}}))
    assert await ids(client) == ["1"]
    assert len(cutover.asked) == 1


async def test_there_is_a_last_page(
    client: CutoverClient, cutover: ScriptedCutover, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_PAGES", 5)
    cutover.route = lambda asked: tasks(len(cutover.asked), next=f"/core/x?n={len(cutover.asked)}")
    with pytest.raises(BadAnswer, match="more than 5 pages"):
        await ids(client)
    assert len(cutover.asked) == 5


async def test_all_first_and_pages(client: CutoverClient, cutover: ScriptedCutover) -> None:
    def route(asked: Asked) -> Step:
        return tasks(3, total=3) if "x" in asked.path else tasks(1, 2, next="/core/x", total=3)

    cutover.route = route
    listed = client.list_runbook_tasks("7")
    assert [one.id for one in await listed.all()] == ["1", "2", "3"]
    assert len(cutover.asked) == 2
    assert [one.id for one in await listed.first(2)] == ["1", "2"]
    assert len(cutover.asked) == 3
    assert [one.id for one in await listed.all(limit=1)] == ["1"]
    assert [(len(page.items), page.total, page.raw[0]["id"]) async for page in listed.pages()] == [(2, 3, 1), (1, 3, 3)]


async def test_a_page_of_thousands(client: CutoverClient, cutover: ScriptedCutover) -> None:
    cutover.then(tasks(*range(1, 1001)))
    assert len(await client.list_runbook_tasks("7", forecast=True).all()) == 1000


async def test_an_error_in_the_middle_is_an_error(client: CutoverClient, cutover: ScriptedCutover) -> None:
    cutover.then(tasks(1, next="/core/b"), answer({"errors": []}, 404))
    with pytest.raises(NotFound):
        await ids(client)
    cutover.then(tasks(1, next="/core/b"), text("<html>"))
    with pytest.raises(BadAnswer, match="web page"):
        await ids(client)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"data": {}}, "`data`"),
        ({"data": None}, "`data`"),
        ({}, "`data`"),
        ([], "the body"),
        ({"data": [1]}, r"data\[0\]"),
        ({"data": [{"id": "1"}, {"id": "2", "attributes": [1]}]}, r"data\[1\].attributes"),
        ({"data": [{}]}, r"data\[0\].id"),
        ({"data": [], "links": "next"}, "answer.links"),
        ({"data": [], "links": {"next": 5}}, "links.next"),
        ({"data": [], "meta": 5}, "answer.meta"),
        ({"data": [], "meta": {"page": 1}}, "meta.page"),
        ({"data": [{"id": "1", "type": "runbook"}]}, r"data\[0\].type"),
    ],
)
async def test_a_wrong_schema_names_its_member(
    client: CutoverClient, cutover: ScriptedCutover, body: object, names: str
) -> None:
    cutover.then(answer(body))
    with pytest.raises(BadAnswer, match=names):
        await ids(client)


async def test_a_link_may_be_an_object(client: CutoverClient, cutover: ScriptedCutover) -> None:
    cutover.then(answer({"data": [resource("task", 1)], "links": {"next": {"href": "/core/b"}}}), tasks(2))
    assert await ids(client) == ["1", "2"]
