"""Asking CapyDB for a cutover from Slack: by command, from a task's card, twice, without the right, without a key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from capydb_stage import SHORT, SOUTH, TASK, CapyStage, open_capydb, option
from stage import DANA, NETWORK, SAM, Stage

from bot.identity.rules import DEFAULTS


@pytest.fixture
async def capy(tmp_path: Path) -> AsyncIterator[CapyStage]:
    async with open_capydb(tmp_path) as made:
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


async def test_a_name_leads_straight_to_the_form(capy: CapyStage) -> None:
    await capy.stage.command("/cutover request short")
    assert "preview *ledger-short-lived*" in capy.stage.view_text()
    assert "the request is gone too" in capy.stage.view_text()  # it expires within a day
    await capy.fill(ticket="CHG1")
    assert [one.preview_database_id for one in capy.opened] == [SHORT]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("nothing-like-it", "No preview fits that"),
        ("ledger", "Several previews fit"),
        ("being-made", "not ready"),
        ("../etc", "No preview"),
    ],
)
async def test_a_name_that_fits_none_or_many_is_said(capy: CapyStage, words: str, told: str) -> None:
    await capy.stage.command(f"/cutover request {words}")
    assert told in capy.stage.view_text()
    assert capy.posts == []


async def test_from_a_task_the_ticket_comes_from_the_runbook(capy: CapyStage) -> None:
    await capy.stage.run()
    await capy.stage.command(f"/task show {TASK}")
    await capy.stage.click("task.request")
    assert f"For task {TASK}" in capy.stage.view_text()
    await capy.choose()
    assert "'initial_value': 'CHG0041877'" in capy.stage.view_text()
    await capy.fill(note="")
    (request,) = capy.opened
    assert request.external_ticket_ref == "CHG0041877"
    assert f'for task "{TASK}" of "DC North to DC South fail-over"' in request.customer_note


@pytest.mark.parametrize(("task", "offered"), [(TASK, True), ("Go / no-go", False)])
async def test_finishing_with_the_cutover_is_offered_where_it_takes_no_choice(
    capy: CapyStage, task: str, offered: bool
) -> None:
    await capy.stage.run()
    await capy.stage.command(f'/task show "{task}"')
    await capy.stage.click("task.request")
    await capy.choose()
    assert ("Finish the task when" in capy.stage.view_text()) is offered


async def test_a_form_sent_twice_opens_one_request(capy: CapyStage) -> None:
    await capy.stage.command("/cutover request short")
    view_id = capy.stage.view()["id"]
    values = {"ticket": {"input": "CHG1"}}
    for _ in range(2):
        await capy.stage.slack.submit(DANA, view_id=view_id, values=values, wait=False)
    await capy.stage.until(lambda: "Requested: preview" in capy.stage.view_text())
    await capy.stage.settle()
    assert len(capy.posts) == 1


async def test_two_people_at_once_open_one_and_the_second_reads_so(tmp_path: Path) -> None:
    async with open_capydb(tmp_path, bot_operators=f"{DANA},{SAM}") as capy:
        for user in (DANA, SAM):
            await capy.stage.command("/cutover request dc-south", user)
        for user in (DANA, SAM):
            await capy.stage.slack.submit(user, view_id=capy.stage.view(user)["id"], values={}, wait=False)
        told = ("is there already", "Requested: preview")
        await capy.stage.until(
            lambda: (
                sorted(words for user in (DANA, SAM) for words in told if words in capy.stage.view_text(user))
                == sorted(told)
            )
        )
        assert len(capy.posts) == 1


async def test_a_preview_with_an_active_request_offers_no_form(capy: CapyStage) -> None:
    await capy.ask()
    await capy.stage.command("/cutover request dc-south")
    assert "A request for *ledger-dc-south* is there already: 📨 requested" in capy.stage.view_text()
    assert "'type': 'input'" not in capy.stage.view_text()


async def test_who_may_not_ask_is_told_before_any_form(capy: CapyStage) -> None:
    said = await capy.stage.command("/cutover request", SAM)
    assert "Only operators may request database cutovers" in said
    assert capy.capydb.seen == []


async def test_a_right_taken_away_meanwhile_counts(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    grants = "grants:\n  - {{may: [view, request], users: [{}]}}\n"
    policy.write_text(grants.format(SAM))
    async with open_capydb(tmp_path, bot_operators="", bot_policy=policy) as capy:
        await capy.stage.command("/cutover request dc-south", SAM)
        capy.stage.bot.acting.policy._rules = DEFAULTS
        await capy.fill(user=SAM, ticket="CHG1")
        assert "Only operators may request database cutovers" in capy.stage.view_text(SAM)
        assert capy.posts == []


async def test_where_previews_are_not_listed_the_id_is_typed(capy: CapyStage) -> None:
    capy.capydb.order([{"path": "preview-databases", "times": None, "do": {"status": 404}}])
    await capy.stage.command("/cutover request")
    project = option(capy.stage, "project", "Card ledger")
    assert (await capy.fill(project=project, id=" "))["answer"]["errors"]
    await capy.fill(project=project, id="prv_ledger_south")
    assert "prv_ledger_south" in capy.stage.view_text()
    await capy.fill(ticket="CHG1")
    assert [one.preview_database_id for one in capy.opened] == [SOUTH]


async def test_where_the_bot_is_not_in_the_channel_it_asks_to_be_invited(capy: CapyStage) -> None:
    await capy.stage.command("/cutover request dc-south", channel=NETWORK)
    await capy.fill(ticket="CHG1")
    assert "/invite @cutover" in capy.stage.view_text()


async def test_hostile_names_are_shown_and_not_obeyed(capy: CapyStage) -> None:
    name = '<!channel> *"' + "‮😀" + "x" * 4000
    project = capy.capydb.world.projects["prj_ledger"]
    project.name = project.previews[SOUTH].name = name
    await capy.stage.command("/cutover request")
    await capy.choose("prv_ledger_south")
    await capy.fill(ticket="<!here> &amp; `x`", note=":boom: <@U0SAM000002>" * 25)
    assert "Requested: preview" in capy.stage.view_text()
    assert len(capy.opened[0].customer_note) <= 1000
    capy.operator("acknowledge", name)
    await capy.look()
    capy.operator("reject", name)
    await capy.look()
    await capy.stage.command("/cutover requests")
    shown = "\n".join(str(one.get("text")) for one in capy.stage.messages())
    assert "&lt;!channel&gt;" in shown
    assert "<!channel>" not in shown
    assert "<!here>" not in shown
    assert "<@U0SAM000002>" not in shown


async def test_a_key_of_the_organization_offers_all_projects(tmp_path: Path) -> None:
    async with open_capydb(tmp_path, capydb_api_key="capy_live_harbour_all") as capy:
        await capy.stage.command("/cutover request")
        assert "Card payments · expires" in capy.stage.view_text()
        await capy.choose("cards-dc-south")
        await capy.fill(ticket="CHG1")
        assert [one.project_id for one in capy.opened] == ["prj_cards"]


async def test_a_key_of_too_many_projects_is_said(tmp_path: Path) -> None:
    async with open_capydb(tmp_path, capydb_api_key="capy_live_harbour_all") as capy:
        projects = capy.capydb.world.projects
        for number in range(20):
            projects[f"prj_{number}"] = replace(projects["prj_cards"], id=f"prj_{number}")
        assert "reaches 22 projects" in await capy.stage.command("/cutover requests")


@pytest.mark.parametrize("line", ["/cutover request", "/cutover request ledger", "/cutover requests"])
async def test_without_a_key_the_commands_say_how_to_set_it_up(stage: Stage, line: str) -> None:
    said = await stage.command(line)
    assert "CapyDB is not set up for this bot" in said
    assert "CAPYDB_API_KEY" in said


async def test_without_a_key_cards_stay_as_they_were(running: Stage) -> None:
    await running.command(f"/task show {TASK}")
    assert "task.request" not in repr(running.last()["blocks"])
