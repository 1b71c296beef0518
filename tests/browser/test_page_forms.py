"""Forms in the page: every kind of input reaches the app in Slack's own form, and a changing view loses nothing.

The one rule: what the app received is compared, not what the page meant to send.
"""

from __future__ import annotations

from typing import Any

from page_app import FAILOVER, GENERAL, SAM, PageApp, actions, button, modal, open_modal, plain, section, text_field
from playwright.async_api import Page, expect

OPTIONS = [{"text": plain(name.title()), "value": name} for name in ("rehearsal", "live")]
# 2026-12-24 18:30 on Dana's wall in London, which is UTC in winter.
CHRISTMAS = 1798137000


def field(kind: str, **more: Any) -> dict[str, Any]:
    """An optional input block whose id and label are its kind."""
    element = {"type": kind, "action_id": "v", **more}
    return {"type": "input", "block_id": kind, "label": plain(kind), "element": element, "optional": True}


FIELDS = [
    field("plain_text_input", multiline=True),
    field("number_input", is_decimal_allowed=False),
    field("email_text_input"),
    field("url_text_input"),
    field("datepicker"),
    field("timepicker"),
    field("datetimepicker"),
    field("radio_buttons", options=OPTIONS),
    field("checkboxes", options=OPTIONS),
    field("static_select", options=OPTIONS, initial_option=OPTIONS[0]),
    field("users_select"),
    field("multi_users_select"),
    field("channels_select"),
    field("external_select", min_query_length=1),
]
TYPED = {
    "plain_text_input": "two\nlines",
    "number_input": "42",
    "email_text_input": "dana@harbour.example",
    "url_text_input": "https://harbour.example/plan",
    "datepicker": "2026-12-24",
    "timepicker": "18:30",
    "datetimepicker": "2026-12-24T18:30",
}


async def choose(page: Page, block: str, *words: str, search: str = "") -> None:
    """Opens the list of a select and takes options by their words."""
    await page.locator(f'[data-block-id="{block}"] .select').click()
    if search:
        await page.keyboard.type(search)
    for word in words:
        await page.get_by_role("option", name=word).click()
    if await page.get_by_test_id("picker").count():
        await page.keyboard.press("Escape")


def values(app: PageApp, callback_id: str) -> dict[str, Any]:
    body = next(body for kind, name, body in reversed(app.got) if (kind, name) == ("view", callback_id))
    return {block: state["v"] for block, state in body["view"]["state"]["values"].items()}


async def test_every_kind_of_input_arrives_as_slack_sends_it(page: Page, app: PageApp) -> None:
    await open_modal(page, app, modal("inputs", "Inputs", *FIELDS))
    for block, text in TYPED.items():
        await page.locator(f'[data-block-id="{block}"] .field').fill(text)
    await page.get_by_role("radio", name="Live").check()
    await page.get_by_role("checkbox", name="Rehearsal").check()
    await page.get_by_role("checkbox", name="Live").check()
    await choose(page, "users_select", "Sam Reyes")
    await choose(page, "multi_users_select", "Sam Reyes", "Dana Okafor")
    await choose(page, "channels_select", "general")
    await choose(page, "external_select", "east 3", search="east")
    await page.get_by_test_id("modal-submit").click()
    await expect(page.get_by_test_id("modal")).to_have_count(0)
    got = values(app, "inputs")
    for block in ("plain_text_input", "number_input", "email_text_input", "url_text_input"):
        assert got[block]["value"] == TYPED[block]
    assert got["datepicker"]["selected_date"] == "2026-12-24"
    assert got["timepicker"]["selected_time"] == "18:30"
    assert got["datetimepicker"]["selected_date_time"] == CHRISTMAS
    assert got["radio_buttons"]["selected_option"]["value"] == "live"
    assert [one["value"] for one in got["checkboxes"]["selected_options"]] == ["rehearsal", "live"]
    assert got["static_select"]["selected_option"]["value"] == "rehearsal"
    assert got["users_select"]["selected_user"] == SAM
    assert len(got["multi_users_select"]["selected_users"]) == 2
    assert got["channels_select"]["selected_channel"] == GENERAL
    assert got["external_select"]["selected_option"]["value"] == "east 3"


async def test_a_choice_can_be_taken_back(page: Page, app: PageApp) -> None:
    await open_modal(page, app, modal("inputs", "Inputs", *FIELDS))
    await choose(page, "static_select", "Clear the choice")
    await page.locator('[data-block-id="number_input"] .field').fill("not a number")
    await page.get_by_test_id("modal-submit").click()
    await expect(page.get_by_test_id("field-error")).to_have_text("Please enter a number.")
    await expect(page.locator('[data-block-id="number_input"] .field')).to_be_focused()
    await page.locator('[data-block-id="number_input"] .field').fill("")
    await page.get_by_test_id("modal-submit").click()
    await expect(page.get_by_test_id("modal")).to_have_count(0)
    assert values(app, "inputs")["static_select"]["selected_option"] is None
    assert values(app, "inputs")["number_input"]["value"] is None


async def test_a_loading_view_becomes_a_form_with_the_keyboard_in_it(page: Page, app: PageApp) -> None:
    loading = {**modal("late", "Start", section("One moment")), "submit": None}
    await open_modal(page, app, {key: value for key, value in loading.items() if value is not None})
    await expect(page.get_by_test_id("modal-submit")).to_have_count(0)
    view_id = await page.get_by_test_id("modal").get_attribute("data-view-id")
    await app.client.views_update(view_id=view_id, view=modal("late", "Start", text_field("why", "Why")))
    await expect(page.get_by_label("Why", exact=True)).to_be_focused()
    await page.keyboard.type("half a sen")
    form = modal("late", "Start", section("A new line"), text_field("why", "Why"), text_field("how", "How"))
    await app.client.views_update(view_id=view_id, view=form)
    await expect(page.get_by_label("How", exact=True)).to_be_visible()
    await page.keyboard.type("tence")
    await expect(page.get_by_label("Why", exact=True)).to_have_value("half a sentence")


async def test_an_input_that_dispatches_tells_the_app_on_enter_and_in_letters(page: Page, app: PageApp) -> None:
    letters = {"dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}
    asks = {**text_field("enter", "Enter"), "dispatch_action": True}
    asks["element"]["action_id"] = "on_enter"
    types = {**text_field("letters", "Letters", **letters), "dispatch_action": True}
    types["element"]["action_id"] = "on_letters"
    await open_modal(page, app, modal("asks", "Asks", asks, types))
    await page.get_by_label("Enter").fill("first")
    assert not app.pressed("on_enter")
    await page.keyboard.press("Enter")
    await app.slack.until(lambda: [one["value"] for one in app.pressed("on_enter")] == ["first"])
    await page.get_by_label("Letters").fill("second")
    await app.slack.until(lambda: [one["value"] for one in app.pressed("on_letters")] == ["second"])
    await expect(page.get_by_test_id("modal")).to_be_visible()


async def test_inputs_in_a_message_travel_with_the_press(page: Page, app: PageApp) -> None:
    blocks = [text_field("why", "Why"), actions(button("send", "Send"))]
    await app.client.chat_postMessage(channel=FAILOVER, text="form", blocks=blocks)
    await page.get_by_label("Why", exact=True).fill("because")
    await page.locator("[data-action-id=send]").click()
    await app.slack.until(lambda: len(app.pressed("send")) == 1)
    body = next(body for _, name, body in app.got if name == "send")
    assert body["state"]["values"]["why"]["v"]["value"] == "because"


async def test_a_shared_picture_is_shown_to_those_in_the_channel(page: Page, app: PageApp) -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>'
    await app.client.files_upload_v2(channel=FAILOVER, filename="run.svg", title="The run", content=drawing)
    shown = page.get_by_test_id("file").locator("img")
    await expect(shown).to_be_visible()
    await expect(shown).to_have_js_property("naturalWidth", 40)
