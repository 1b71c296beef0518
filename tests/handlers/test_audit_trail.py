"""The audit trail in the running bot, by Slack and by the command line."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from typing import Any

import pytest
from connect_steps import connect, linked_stage
from stage import DANA, FAILOVER, IVAN, SAM, Stage
from task_steps import ROLL, task_named
from typer.testing import CliRunner, Result

from bot.__main__ import cli


def run(stage: Stage, *words: str) -> Result:
    """`cutover-bot audit ...` on the stage's database."""
    keys = stage.given.get("bot_encryption_keys") or ""
    env = {"BOT_DATABASE_URL": f"sqlite:///{stage.folder / 'bot.db'}", "BOT_ENCRYPTION_KEYS": keys}
    return CliRunner().invoke(cli, ["audit", *words], env=env)


@pytest.fixture
async def worked(tmp_path: Any) -> Any:
    """Sam, connected, started a task; Ivan was refused; the bot has ended."""
    async with linked_stage(tmp_path) as stage:
        task_named(stage, ROLL).people[:] = [stage.cutover.world.person("sam").id]
        await connect(stage)
        await stage.command("/task start roll", user=SAM)
        await stage.command("/cutover audit", user=IVAN)
        await stage.stop()
        yield stage


def test_everything_is_exported_as_json_lines(worked: Stage) -> None:
    rows = [json.loads(line) for line in run(worked, "export").stdout.splitlines()]
    assert [row["what"] for row in rows] == ["begin", "linked", "connected", "intent", "outcome", "refused"]
    intent = rows[3]
    assert (intent["user"], intent["verb"], intent["task"]) == (SAM, "task.start", task_named(worked, ROLL).id)
    assert intent["origin"]["as"] == f"own:{worked.cutover.world.person('sam').id}"
    assert intent["origin"]["allowed"] == "default"
    assert intent["origin"]["channel"] == FAILOVER
    assert rows[4] | {"state": "done", "id": intent["id"]} == rows[4]
    assert (rows[5]["user"], "audit trail" in rows[5]["why"]) == (IVAN, True)
    assert worked.cutover.tokens["sam"] not in repr(rows)


def test_everything_is_exported_as_a_table(worked: Stage, tmp_path: Any) -> None:
    out = tmp_path / "audit.csv"
    assert run(worked, "export", "--format", "csv", "--output", str(out)).exit_code == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    assert rows[3]["verb"] == "task.start"
    assert rows[3]["as"].startswith("own:")
    assert rows[1]["user"] == DANA
    assert rows[0]["time"].endswith("+00:00")


def test_a_name_is_no_formula(worked: Stage) -> None:
    with sqlite3.connect(worked.folder / "bot.db") as connection:
        connection.execute("UPDATE audit SET body = replace(body, 'Sam Reyes', '=1+1')")
    assert "'=1+1" in run(worked, "export", "--format", "csv").stdout


def test_since_leaves_out_what_was_before(worked: Stage) -> None:
    assert run(worked, "export", "--since", "2999-01-01").stdout == ""


def test_verify_passes_prints_the_heads_and_takes_them_back(worked: Stage) -> None:
    done = run(worked, "verify")
    assert done.exit_code == 0, done.stdout
    assert "✓ 6 rows in 1 chains" in done.stdout
    (head,) = [line.removeprefix("head ") for line in done.stdout.splitlines() if line.startswith("head ")]
    assert run(worked, "verify", "--head", head).exit_code == 0
    assert run(worked, "verify", "--head", head[:-1] + ("0" if head[-1] != "0" else "1")).exit_code == 1
    assert run(worked, "verify", "--head", "nonsense").exit_code == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET body = replace(body, 'task.start', 'task.skip') WHERE seq = 4",
        "DELETE FROM audit WHERE seq = 4",
        "DELETE FROM audit WHERE seq = 6",
        "DELETE FROM audit",
        "UPDATE intents SET user_id = 'U0NOBODY001'",
    ],
)
def test_verify_fails_on_what_was_changed(worked: Stage, statement: str) -> None:
    with sqlite3.connect(worked.folder / "bot.db") as connection:
        connection.execute(statement)
    done = run(worked, "verify")
    assert done.exit_code == 1
    assert "✗" in done.stdout


def test_without_a_database_it_says_so_and_makes_none(tmp_path: Any) -> None:
    done = CliRunner().invoke(cli, ["audit", "verify"], env={"BOT_DATABASE_URL": f"sqlite:///{tmp_path / 'no.db'}"})
    assert done.exit_code == 2
    assert "no database" in done.output
    assert list(tmp_path.iterdir()) == []


async def test_administrators_see_the_last_ones(tmp_path: Any) -> None:
    async with linked_stage(tmp_path) as stage:
        task_named(stage, ROLL).people[:] = [stage.cutover.world.person("sam").id]
        await connect(stage)
        await stage.command("/task start roll", user=SAM)
        await stage.command("/runbook status amber slow")
        assert "Only operators may see the audit trail" in await stage.command("/cutover audit", user=SAM)
        said = await stage.command("/cutover audit")
        assert f"<@{SAM}> ✅ task.start on runbook 101, task {task_named(stage, ROLL).id}, as themselves" in said
        assert f"<@{DANA}> ✅ runbook.status on runbook 101, by the bot's account" in said
        assert f"<@{SAM}> 🔑 connected their account" in said
        assert "was refused: Only operators may see the audit trail" in said
        assert "was refused" in await stage.command("/cutover audit 1")
        assert "task.start" not in await stage.command("/cutover audit 1")
        for odd in ("0", "51", "many", "٣"):
            assert "How many" in await stage.command(f"/cutover audit {odd}"), odd


def test_a_key_is_fresh_each_time_and_fits() -> None:
    one, other = (CliRunner().invoke(cli, ["key"]).stdout.strip() for _ in range(2))
    assert one != other
    assert one.startswith("k1:")
    assert CliRunner().invoke(cli, ["key", "k2"]).stdout.startswith("k2:")
    assert CliRunner().invoke(cli, ["key", "a b"]).exit_code == 2
