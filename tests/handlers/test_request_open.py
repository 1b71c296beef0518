"""Asking CapyDB for a cutover from Slack: by command, from a task, twice, without the right, without a key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from capydb_stage import SOUTH, CapyStage, open_capydb, rest


@pytest.fixture
async def capy(tmp_path: Path) -> AsyncIterator[CapyStage]:
    async with open_capydb(tmp_path) as made:
        rest(made.stage)
        yield made


async def test_a_request_is_opened_with_ticket_note_and_name(capy: CapyStage) -> None:
    await capy.stage.command("/cutover request")
    assert "ledger-dc-south" in capy.stage.view_text()
    assert "ledger-being-made" not in capy.stage.view_text()  # it is not ready
    await capy.choose()
    shown = capy.stage.view_text()
    assert "*Card ledger* will be *replaced* by preview *ledger-dc-south*" in shown
    assert "do not carry it out" in shown
    await capy.fill(ticket="CHG0041877", note="After the storage switch.")
    assert "Requested: preview *ledger-dc-south*" in capy.stage.view_text()
    (request,) = capy.opened
    assert request.preview_database_id == SOUTH
    assert request.external_ticket_ref == "CHG0041877"
    assert request.customer_note.startswith("After the storage switch.\n\nRequested from Slack by Dana Okafor (U0DANA")


async def test_progress_is_posted_once_and_the_card_follows(capy: CapyStage) -> None:
    await capy.ask()
    await capy.look()
    assert "waiting for an operator" in capy.card()
    for do, words in (("acknowledge", "taken up"), ("promote", "in progress"), ("complete", "completed")):
        capy.operator(do)
        await capy.look()
        await capy.look()
        assert words in capy.card()
        assert len(capy.said(f"{words}")) == 2  # the card, and one post
    assert "Backup of production before it: bkp_" in capy.card()
    assert len(capy.said("Database cutover\n")) == 1
