"""A followed request and what CapyDB says of it, for the tests here."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.model import Text
from bot.model.cutover_request import CutoverRequest
from bot.requests.rows import Followed

AT = datetime(2026, 11, 20, 22, 0, tzinfo=UTC).timestamp()
OPEN = CutoverRequest("cut_1", preview_id="prv_1", note=Text("hello\n\nRef cutover-bot-abc"), ticket=Text("CHG1"))


def row(**changes: object) -> Followed:
    made = Followed(
        key="k",
        mark="cutover-bot-abc",
        team="T1",
        channel="C1",
        user="U0DANA00001",
        user_name="Dana",
        project="prj_1",
        project_name="Ledger",
        preview="prv_1",
        preview_name="ledger-south",
        at=AT,
        ticket="CHG1",
        runbook="101",
        task="101019",
        task_name="Promote",
    )
    for name, value in changes.items():
        setattr(made, name, value)
    return made
