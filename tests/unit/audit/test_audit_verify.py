"""Checking the trail: whatever was changed, taken out, put in or cut is found."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from audit_tools import Office

from bot.identity.vault import Vault, make_key
from bot.journal.chain import FIRST, link
from bot.journal.export import csv_lines, json_lines
from bot.journal.verify import verify
from bot.store.tables import audit, audit_heads, intents


@pytest.fixture
async def full(office: Office) -> Office:
    """Two chains: the older bot's of nine rows, the newer one's of five."""
    older, office.trail = office.trail, office.other()
    for _ in range(4):
        await office.press()
    await office.written(older)
    office.older = older.writer  # type: ignore[attr-defined]
    for _ in range(2):
        await office.press()
    await office.written()
    assert (await office.check()).problems == []
    return office


def older(office: Office) -> str:
    found: str = office.older  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize("seq", range(1, 10))
async def test_a_changed_row_is_found(full: Office, seq: int) -> None:
    body = json.loads((await full.row(seq, older(full)))["body"]) | {"user": "U0NOBODY001"}
    where = (audit.c.writer == older(full)) & (audit.c.seq == seq)
    await full.change(sa.update(audit).where(where).values(body=json.dumps(body)))
    assert any(f"row {seq}: it was changed" in problem for problem in (await full.check()).problems)


@pytest.mark.parametrize("change", [{"at": 0.0}, {"hash": "f" * 64}, {"body": "[]"}, {"body": "no json"}])
async def test_no_column_of_a_row_can_be_changed(full: Office, change: dict[str, Any]) -> None:
    where = (audit.c.writer == full.trail.writer) & (audit.c.seq == 3)
    await full.change(sa.update(audit).where(where).values(**change))
    assert (await full.check()).problems


@pytest.mark.parametrize("seq", range(1, 10))
async def test_a_removed_row_is_found(full: Office, seq: int) -> None:
    await full.change(sa.delete(audit).where((audit.c.writer == older(full)) & (audit.c.seq == seq)))
    assert (await full.check()).problems


@pytest.mark.parametrize("left", range(5))
async def test_a_cut_tail_is_found(full: Office, left: int) -> None:
    await full.change(sa.delete(audit).where((audit.c.writer == full.trail.writer) & (audit.c.seq > left)))
    said = f"it ends at row {left}, its head says 5" if left else "all its 5 rows are gone"
    assert any(said in problem for problem in (await full.check()).problems)


async def test_a_cut_tail_is_found_though_the_head_was_cut_with_it(full: Office) -> None:
    writer = full.trail.writer
    await full.change(sa.delete(audit).where((audit.c.writer == writer) & (audit.c.seq > 3)))
    last = await full.row(3, writer)
    where = audit_heads.c.writer == writer
    await full.change(sa.update(audit_heads).where(where).values(seq=3, hash=last["hash"]))
    assert any("was not made by the bot" in problem for problem in (await full.check()).problems)
    await full.change(sa.update(audit_heads).where(where).values(seal=""))
    found = await full.check()
    assert any("trail has lost" in problem for problem in found.problems)
    assert found.notes


async def test_a_whole_chain_that_is_gone_is_found(full: Office) -> None:
    for table in (audit, audit_heads):
        await full.change(sa.delete(table).where(table.c.writer == older(full)))
    await full.change(sa.update(intents).values(audited=""))
    assert any("row 9 is not what it was known as" in problem for problem in (await full.check()).problems)


async def test_a_chain_that_is_written_anew_is_found(full: Office) -> None:
    """Somebody changes a row and makes all hashes and the head right again, but for the bot's mark."""
    writer, digest = full.trail.writer, FIRST
    for seq in range(1, 6):
        row = await full.row(seq, writer)
        body = row["body"].replace("U0DANA00001", "U0SAM000002")
        digest = link(digest, writer, seq, row["at"], body)
        where = (audit.c.writer == writer) & (audit.c.seq == seq)
        await full.change(sa.update(audit).where(where).values(body=body, hash=digest))
    await full.change(sa.update(audit_heads).where(audit_heads.c.writer == writer).values(hash=digest))
    await full.change(sa.update(intents).values(user_id="U0SAM000002"))
    assert any("was not made by the bot" in problem for problem in (await full.check()).problems)


async def test_a_row_put_in_at_the_end_is_found(full: Office) -> None:
    last = await full.row(5)
    body = '{"what":"refused"}'
    added = {"writer": last["writer"], "seq": 6, "at": last["at"], "body": body}
    await full.change(sa.insert(audit).values(**added, hash=link(last["hash"], last["writer"], 6, last["at"], body)))
    assert any("ends at row 6, its head says 5" in problem for problem in (await full.check()).problems)


async def test_an_old_copy_of_everything_is_found_by_a_head_kept_elsewhere(full: Office) -> None:
    before = await full.database.read(lambda c: [dict(row) for row in c.execute(sa.select(audit_heads)).mappings()])
    await full.press()
    await full.written()
    kept = (await full.check()).heads
    assert (await full.check(*kept)).problems == []
    await full.change(sa.delete(audit).where((audit.c.writer == full.trail.writer) & (audit.c.seq > 5)))
    await full.change(sa.delete(audit_heads))
    await full.change(sa.insert(audit_heads).values(before))
    await full.change(sa.delete(intents).where(intents.c.id == f"{full.number:032x}"))
    assert (await full.check()).problems == []
    assert any("known as elsewhere" in problem for problem in (await full.check(*kept)).problems)


@pytest.mark.parametrize("head", ["", "x", "a:1:b", f"a:-1:{'0' * 64}", f":1:{'0' * 64}", f"a:\u0661:{'0' * 64}"])
async def test_a_head_that_cannot_be_read_is_told(full: Office, head: str) -> None:
    with pytest.raises(ValueError, match="is no head"):
        await full.check(head)


@pytest.mark.parametrize("column", ["user_id", "verb", "runbook_id", "task_id", "user_name", "wish", "origin"])
async def test_a_journal_row_changed_afterwards_is_found(full: Office, column: str) -> None:
    value = "{}x" if column == "origin" else '{"other": 1}' if column == "wish" else "another"
    await full.change(sa.update(intents).where(intents.c.id == f"{1:032x}").values(**{column: value}))
    assert any("journal and trail differ" in problem for problem in (await full.check()).problems)


async def test_a_journal_row_that_is_gone_is_found(full: Office) -> None:
    await full.change(sa.delete(intents).where(intents.c.id == f"{2:032x}"))
    assert any("the journal has lost it" in problem for problem in (await full.check()).problems)


async def test_an_outcome_changed_afterwards_is_found(full: Office) -> None:
    await full.change(sa.update(intents).where(intents.c.id == f"{2:032x}").values(state="refused", audited="refused"))
    assert any("journal and trail differ" in problem for problem in (await full.check()).problems)


async def test_a_key_that_is_not_there_any_more_is_a_note_and_no_problem(full: Office) -> None:
    report = await full.check(vault=Vault(make_key("other")))
    assert report.problems == []
    assert ["is not among BOT_ENCRYPTION_KEYS" in note for note in report.notes] == [True, True]


async def test_an_empty_trail_is_whole(office: Office) -> None:
    report = await office.check()
    assert (report.rows, report.problems, report.heads) == (0, [], [])


@pytest.mark.parametrize(
    "body", ["[]", "no json", '{"what":"intent"}', '{"what":"begin","heads":[1]}', '{"what":"outcome"}']
)
async def test_a_row_that_cannot_be_read_is_told_and_still_exported(full: Office, body: str) -> None:
    where = (audit.c.writer == full.trail.writer) & (audit.c.seq == 2)
    await full.change(sa.update(audit).where(where).values(body=body))
    assert any("row 2: it cannot be read" in problem for problem in (await full.check()).problems)
    lines = await full.database.read(lambda c: list(json_lines(c)))
    assert len(lines) == 14
    assert len(await full.database.read(lambda c: list(csv_lines(c)))) == 15


async def test_a_trail_that_is_all_wrong_is_told_in_bounds(office: Office) -> None:
    for _ in range(60):
        await office.press()
    await office.written()
    await office.change(sa.update(audit).values(hash="0" * 64))
    assert len((await office.check()).problems) == 50


async def test_marked_heads_without_keys_at_hand_are_a_note(full: Office) -> None:
    report = await full.database.read(lambda c: verify(c))
    assert report.problems == []
    assert ["BOT_ENCRYPTION_KEYS is not given" in note for note in report.notes] == [True, True]


async def test_a_head_that_is_gone_is_found(full: Office) -> None:
    await full.change(sa.delete(audit_heads).where(audit_heads.c.writer == full.trail.writer))
    assert any("its head is gone" in problem for problem in (await full.check()).problems)
