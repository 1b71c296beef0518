"""Help, whoami and words that are no verb: what the bot says of itself and of the person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from stage import DANA, GIL, SAM, Stage, open_stage

from bot import manifest
from handlers.everything import all_routes


async def test_help_has_a_line_for_every_verb_there_is(stage: Stage) -> None:
    await stage.command("/cutover help")
    said = "\n".join(block["text"]["text"] for block in stage.last()["blocks"] if "text" in block)
    for verb in all_routes().verbs.values():
        if verb.name == "help" and verb.command != "cutover":
            continue  # once is enough
        usage = f"/{verb.command} {verb.usage}".strip().replace("<", "&lt;").replace(">", "&gt;")
        assert f"`{usage}`  {verb.sentence}" in said, verb


@pytest.mark.parametrize(("command", "other"), [("runbook", "task"), ("task", "runbook")])
async def test_a_command_helps_with_its_own_verbs(stage: Stage, command: str, other: str) -> None:
    said = await stage.command(f"/{command} help")
    assert f"`/{command} start" in said
    assert f"`/{other} start" not in said


async def test_help_needs_no_cutover(stage: Stage) -> None:
    await stage.command("/cutover help")
    assert stage.cutover.requests == []


async def test_help_is_seen_by_the_person_who_asked_only(stage: Stage) -> None:
    before = len(stage.messages(SAM))
    await stage.command("/cutover help")
    assert len(stage.messages(SAM)) == before


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/runbook strat", "/runbook start"),
        ("/runbook LIST", None),
        ("/runbook steams", "/runbook streams"),
        ("/task finsh roll", "/task finish"),
        ("/cutover lnik", "/cutover link"),
        ("/cutover who", "/cutover whoami"),
    ],
)
async def test_an_unknown_verb_is_answered_with_the_one_probably_meant(
    stage: Stage, typed: str, meant: str | None
) -> None:
    said = await stage.command(typed)
    if meant is None:
        assert said.startswith("*Runbooks*")
    else:
        assert f"Did you mean `{meant}`?" in said
    assert stage.writes() == []


async def test_a_verb_like_none_is_answered_with_those_there_are(stage: Stage) -> None:
    said = await stage.command("/runbook xyzzy <!channel>")
    assert "does not know that verb" in said
    assert "It knows: list, show, streams, " in said
    assert ", start, pause, resume, " in said
    assert "<!channel>" not in said


async def test_a_command_without_a_verb_says_what_there_is(stage: Stage) -> None:
    said = await stage.command("/cutover")
    assert "/cutover needs a verb" in said
    assert "link, unlink" in said
    assert "`/cutover help`" in said


async def test_whoami_names_the_cutover_user_the_rights_and_the_link(stage: Stage) -> None:
    said = await stage.command("/cutover whoami")
    assert f"You are <@{DANA}> in Slack." in said
    assert "In Cutover: *Dana Okafor* (dana.okafor@harbour.example)" in said
    assert "You are an operator." in said
    assert "This channel is linked to no runbook." in said
    await stage.link()
    assert "linked to DC North to DC South fail-over." in await stage.command("/cutover whoami")


async def test_whoami_tells_others_what_is_for_operators(stage: Stage) -> None:
    said = await stage.command("/cutover whoami", user=SAM)
    assert "*Sam Reyes*" in said
    assert "for operators only" in said
    assert "You are an operator" not in said


async def test_whoami_without_a_cutover_user_says_so(stage: Stage) -> None:
    stage.slack.change_user(GIL, email="gil@elsewhere.example")
    assert "no user with your e-mail address was found" in await stage.command("/cutover whoami", user=GIL)


async def test_whoami_does_not_take_an_address_that_is_only_alike(stage: Stage) -> None:
    stage.slack.change_user(SAM, email="sam.reyes@harbour.example.evil.example")
    assert "no user with your e-mail address was found" in await stage.command("/cutover whoami", user=SAM)


async def test_whoami_while_cutover_is_down_claims_nothing(stage: Stage) -> None:
    await stage.link()
    stage.cutover.order([{"times": None, "do": {"status": 503}}])
    said = await stage.command("/cutover whoami")
    assert "you could not be looked up now" in said
    assert "linked to DC North to DC South fail-over." in said


@pytest.fixture
async def prefixed(tmp_path: Path) -> AsyncIterator[Stage]:
    """A workspace where the short names were taken: all commands begin with dr-."""
    stage, stack = await open_stage(tmp_path, bot_command_prefix="dr-")
    async with stack:
        await stage.slack.set_app(manifest=manifest.build("dr-"))
        yield stage
        assert not stage.slack.violations


async def test_a_prefix_stands_in_help_and_hints(prefixed: Stage) -> None:
    said = await prefixed.command("/dr-cutover help")
    assert "`/dr-runbook start [runbook]`" in said
    assert "`/runbook" not in said
    assert "Did you mean `/dr-runbook start`?" in await prefixed.command("/dr-runbook strat")
    assert "`/dr-cutover help`" in await prefixed.command("/dr-task")


async def test_every_hint_names_the_commands_as_they_are_here(prefixed: Stage) -> None:
    await prefixed.command("/dr-cutover link fail-over")
    assert "`/dr-task list` shows them" in await prefixed.command("/dr-task show nothing of that kind")
    assert "`/dr-task list stream network`" in await prefixed.command("/dr-task list stream")


async def test_a_prefixed_command_works(prefixed: Stage) -> None:
    assert "linked this channel to" in await prefixed.command("/dr-cutover link fail-over")
    await prefixed.command("/dr-runbook create Blank")
    await prefixed.submit({"workspace": {"input": "11"}})
    assert "`/dr-cutover link " in prefixed.text()
