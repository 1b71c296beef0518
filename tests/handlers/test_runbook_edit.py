"""Create and edit runbooks from Slack: from a template or blank, and only what a person changed is written."""

from __future__ import annotations

import asyncio
from typing import Any

from stage import DANA, GENERAL, Stage

NAME = "DC North to DC South fail-over"


def filled(**chosen: Any) -> dict[str, dict[str, Any]]:
    return {block_id: {"input": value} for block_id, value in chosen.items()}


async def template(stage: Stage, words: str) -> dict[str, dict[str, Any]]:
    """The person types into the menu of templates and takes the first."""
    found = await stage.slack.options(DANA, "choose.template", words, view_id=stage.view()["id"])
    return {"template": {"choose.template": found["options"][0]["value"]}}


async def test_a_template_brings_its_tasks_teams_and_users(stage: Stage) -> None:
    await stage.command('/runbook create "Night <!here> fail-over"')
    await stage.submit({**await template(stage, "fail-over"), **filled(description="For *tonight*", times=["shift"])})
    (write,) = stage.writes()
    attributes = {"name": "Night <!here> fail-over", "description": "For *tonight*"}
    assert write.body["data"] == {"type": "runbook", "attributes": attributes}
    assert write.body["meta"] == {
        "shift_fixed_times": True,
        "copy": {"source_runbook_id": "202", "tasks": True, "teams": True, "users": True},
    }
    assert "✅ Night &lt;!here&gt; fail-over is created" in stage.text()
    made = stage.cutover.world.runbook_named("Night <!here> fail-over")
    assert len(made.tasks) == 7
    assert f"/cutover link {made.id}" in stage.text()
    (comment,) = stage.writes("comments")
    assert comment.path.endswith(f"/runbooks/{made.id}/comments")
    assert "Created from Slack by Dana Okafor" in comment.body["data"]["attributes"]["content"]


async def test_a_creation_whose_answer_was_lost_is_found_by_its_name_not_repeated(stage: Stage) -> None:
    await stage.command("/runbook create Again")
    await stage.submit(filled(workspace="12"))
    stage.cutover.clock.advance(600)
    stage.cutover.order([{"method": "POST", "path": "/runbooks$", "do": {"cut": "after"}}])
    await stage.command("/runbook create Again")
    await stage.submit(filled(workspace="12"))
    made = [book for book in stage.cutover.world.runbooks.values() if book.name == "Again"]
    assert len(made) == 2
    newest = max(made, key=lambda book: book.created_at)
    assert f"/cutover link {newest.id}`" in stage.text()


async def test_the_menu_of_templates_offers_templates_only(stage: Stage) -> None:
    await stage.command("/runbook create")
    found = await stage.slack.options(DANA, "choose.template", "", view_id=stage.view()["id"])
    assert [option["text"]["text"] for option in found["options"]] == [
        "Storage replication switch",
        "Fail-over template",
    ]
    assert {option["description"]["text"] for option in found["options"]} == {"📋 Template"}


async def test_a_blank_runbook_needs_a_workspace(stage: Stage) -> None:
    await stage.command("/runbook create Blank")
    await stage.submit()
    assert "Choose a workspace" in stage.view()["errors"]["workspace"]
    assert stage.writes() == []
    await stage.submit(filled(workspace="12", times=["shift"]))
    (write,) = stage.writes()
    assert write.body["data"]["relationships"] == {"workspace": {"data": {"id": "12", "type": "workspace"}}}
    assert "shift_fixed_times" not in write.body.get("meta", {})
    assert stage.cutover.world.runbook_named("Blank").tasks == {}


async def test_in_a_linked_channel_the_workspace_is_that_of_its_runbook(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook create Blank")
    await stage.submit()
    (write,) = stage.writes()
    assert write.body["data"]["relationships"]["workspace"]["data"]["id"] == "11"


async def test_a_runbook_created_twice_by_one_form_is_one(stage: Stage) -> None:
    await stage.command("/runbook create Blank")
    press = {"view_id": stage.view()["id"], "values": filled(workspace="12")}
    answers = await asyncio.gather(stage.slack.submit(DANA, **press), stage.slack.submit(DANA, **press))
    assert [answer["ok"] for answer in answers] == [True, True]
    await stage.settle()
    assert len(stage.writes()) == 1


async def test_the_button_under_the_answer_shows_the_new_runbook(stage: Stage) -> None:
    await stage.command("/runbook create Blank")
    await stage.submit(filled(workspace="12"))
    assert "Blank\n*📝 Planning*" in await stage.click("runbook.show")


async def test_saving_a_form_as_it_was_writes_nothing(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook edit")
    await stage.submit()
    assert "Nothing was changed, so nothing was sent." in stage.text()
    assert stage.writes() == []


async def test_only_the_name_is_sent_when_only_the_name_is_changed(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook edit")
    await stage.submit(filled(name="Fail-over, second try"))
    (write,) = stage.writes()
    assert write.body["data"]["attributes"] == {"name": "Fail-over, second try"}
    assert "Fail-over, second try is saved" in stage.text()


async def test_a_description_can_be_emptied_and_the_name_stays(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook edit")
    await stage.submit(filled(description=""))
    (write,) = stage.writes()
    assert write.body["data"]["attributes"] == {"description": ""}
    assert stage.cutover.world.runbook_named(NAME).description == ""


async def test_what_somebody_else_edited_meanwhile_is_not_undone(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook edit")
    book = stage.cutover.world.runbook_named(NAME)
    book.description = "Changed in Cutover by Mei"
    await stage.submit(filled(name="Fail-over, second try"))
    (write,) = stage.writes()
    assert write.body["data"]["attributes"] == {"name": "Fail-over, second try"}
    assert book.description == "Changed in Cutover by Mei"


async def test_an_empty_name_is_answered_beside_the_field(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook edit")
    await stage.submit(filled(name="\u200b "))
    assert "needs a name" in stage.view()["errors"]["name"]
    assert stage.writes() == []


async def test_a_description_too_long_for_a_form_is_left_alone(stage: Stage) -> None:
    await stage.link()
    book = stage.cutover.world.runbook_named(NAME)
    book.description = "x" * 5000
    await stage.command("/runbook edit")
    assert "too long to edit here" in stage.view_text()
    await stage.submit(filled(name="Shorter"))
    assert len(book.description) == 5000


async def test_what_cutover_refuses_is_told_where_the_form_was_asked_for(stage: Stage) -> None:
    await stage.link(channel=GENERAL)
    await stage.command("/runbook edit", channel=GENERAL)
    stage.cutover.order([{"method": "PATCH", "path": "/runbooks/101$", "do": {"status": 403}}])
    await stage.submit(filled(name="Other"))
    assert "Cutover does not let this account do that" in stage.text(channel=GENERAL)
