"""The trail for other programs: complete, in order, and nothing in it is a formula to a spreadsheet."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest
from audit_tools import DANA, Office

from bot.journal.export import COLUMNS, csv_lines, entry, json_lines, latest
from bot.model import Text


async def table(office: Office, since: float = 0.0) -> list[dict[str, str]]:
    lines = await office.database.read(lambda c: list(csv_lines(c, since)))
    return list(csv.DictReader(lines))


async def test_a_table_has_a_column_for_each_thing_asked_for(office: Office) -> None:
    one = await office.press()
    await office.written()
    begin, intent, outcome = await table(office)
    assert list(begin) == list(COLUMNS)
    assert (begin["what"], begin["user"], begin["seq"]) == ("begin", "", "1")
    assert (intent["what"], intent["id"], intent["user"], intent["as"]) == ("intent", one.id, DANA.user_id, "own:7")
    assert intent["kind"] == "command"
    assert (outcome["state"], outcome["note"], outcome["seq"]) == ("done", "Started", "3")
    assert intent["time"].endswith("+00:00")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=1\r\n2"])
async def test_no_name_is_a_formula(office: Office, name: str) -> None:
    await office.press(user_name=Text(name), verb=name)
    await office.written()
    _, intent, _ = await table(office)
    assert (intent["name"], intent["verb"]) == ("'" + name, "'" + name)


async def test_what_is_neither_text_nor_number_is_written_as_json(office: Office) -> None:
    office.journal.note("linked", DANA, office.clock.unix(), {"channel": ["C1", None], "why": None, "task": 7})
    await office.written()
    _, linked = await table(office)
    assert (linked["channel"], linked["why"], linked["task"]) == ('["C1", null]', "null", "7")


async def test_an_origin_that_is_no_mapping_is_left_out(office: Office) -> None:
    office.journal.note("odd", DANA, office.clock.unix(), {"origin": ["command"]})
    await office.written()
    assert (await table(office))[1]["kind"] == ""


async def test_from_a_moment_on_means_that_moment_too(office: Office) -> None:
    first = await office.press(None)
    office.clock.advance(10)
    second = await office.press(None)
    await office.written()
    assert [row["id"] for row in await table(office, second.at)] == [second.id]
    assert [row["id"] for row in await table(office, first.at)] == ["", first.id, second.id]
    assert await table(office, second.at + 0.5) == []


async def test_lines_are_whole_objects_with_their_time_in_words(office: Office) -> None:
    await office.press(None, user_name=Text("Dana ü \n"))
    await office.written()
    lines = await office.database.read(lambda c: list(json_lines(c)))
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in lines)
    intent = json.loads(lines[1])
    assert intent["name"] == "Dana ü \n"
    assert "ü" in lines[1]
    assert intent["time"].startswith("20")
    assert len(intent["hash"]) == 64


async def test_the_latest_are_the_last_and_no_beginnings(office: Office) -> None:
    for _ in range(3):
        await office.press(None)
    await office.written()
    await office.written(office.other())
    found = await office.database.read(lambda c: latest(c, 2))
    assert [one["seq"] for one in found] == [4, 3]


@pytest.mark.parametrize("body", ["nonsense", "[1]", "7", "null", ""])
def test_a_row_that_cannot_be_read_comes_out_as_it_is(body: str) -> None:
    row: Any = {"body": body, "at": 1.5, "writer": "w", "seq": 2, "hash": "h"}
    assert entry(row) == {"what": "unreadable", **row}
