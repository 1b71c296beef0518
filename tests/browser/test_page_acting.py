"""Acting in the page: buttons, menus, type-ahead, modals, shortcuts, threads, Home, and who sees what.

The one rule: every test ends at what the app received or at what a person reads, over real sockets.
"""

from __future__ import annotations

from typing import Any

from page_app import DANA, FAILOVER, SAM, OpenPage, PageApp, actions, button, plain, section
from playwright.async_api import Page, expect

CONFIRM = {"title": plain("Finish it?"), "text": plain("Really."), "confirm": plain("Finish"), "deny": plain("Not yet")}


async def post(app: PageApp, *blocks: dict[str, Any]) -> str:
    answer = await app.client.chat_postMessage(channel=FAILOVER, text="blocks", blocks=list(blocks))
    return str(answer["ts"])


async def test_no_in_the_confirm_dialog_sends_nothing_and_yes_sends_one(page: Page, app: PageApp) -> None:
    await post(app, actions(button("finish", "Finish", style="danger", value="7", confirm=CONFIRM)))
    press = page.locator("[data-action-id=finish]")
    await press.click()
    await expect(page.get_by_role("alertdialog")).to_contain_text("Really.")
    await page.get_by_test_id("confirm-deny").click()
    await expect(page.get_by_role("alertdialog")).to_have_count(0)
    await expect(press).to_be_focused()
    await press.click()
    await page.get_by_test_id("confirm-yes").click()
    await app.slack.until(lambda: len(app.pressed("finish")) == 1)
    assert app.pressed("finish")[0]["value"] == "7"


async def test_a_double_click_sends_two_presses(page: Page, app: PageApp) -> None:
    await post(app, actions(button("twice", "Twice")))
    await page.locator("[data-action-id=twice]").dblclick()
    await app.slack.until(lambda: len(app.pressed("twice")) == 2)


async def test_a_press_shows_work_until_the_ack_and_the_update_keeps_the_keyboard(page: Page, app: PageApp) -> None:
    ts = await post(app, actions(button("start", "Start")))
    app.hold()
    await page.locator("[data-action-id=start]").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-action-id=start]")).to_have_attribute("aria-busy", "true")
    app.release()
    again = page.locator(f'[data-ts="{ts}"] [data-action-id=start]')
    await expect(again).to_have_text("Start again")
    await expect(again).not_to_have_attribute("aria-busy", "true")
    await expect(again).to_be_focused()


async def test_a_menu_an_overflow_and_a_date_tell_the_app_at_once(page: Page, app: PageApp) -> None:
    options = [{"text": plain(name), "value": name} for name in ("network", "database", "storage")]
    menu = {"type": "static_select", "action_id": "stream", "placeholder": plain("Stream"), "options": options}
    many = {"type": "multi_static_select", "action_id": "streams", "placeholder": plain("Streams"), "options": options}
    who = {"type": "users_select", "action_id": "who", "placeholder": plain("Who")}
    await post(
        app,
        actions(
            menu,
            {"type": "overflow", "action_id": "extra", "options": options},
            who,
            {"type": "datepicker", "action_id": "day"},
        ),
        {**section("Many"), "accessory": many},
    )
    await page.locator("[data-action-id=stream]").click()
    await page.keyboard.type("data")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-action-id=stream]")).to_contain_text("database")
    await page.locator("[data-action-id=extra]").click()
    await page.get_by_role("menuitem", name="storage").click()
    await page.locator("[data-action-id=who]").click()
    await page.locator(f'[data-testid=option][data-value="{SAM}"]').click()
    await page.locator("[data-action-id=day]").fill("2026-12-24")
    await page.keyboard.press("Enter")
    await page.locator("[data-action-id=streams]").click()
    for name in ("network", "storage"):
        await page.locator(f'[data-testid=option][data-value="{name}"]').click()
    await page.keyboard.press("Escape")
    await app.slack.until(lambda: len(app.pressed("streams")) == 1 and len(app.pressed("day")) == 1)
    assert app.pressed("stream")[0]["selected_option"]["value"] == "database"
    assert app.pressed("extra")[0]["selected_option"]["value"] == "storage"
    assert app.pressed("who")[0]["selected_user"] == SAM
    assert app.pressed("day")[0]["selected_date"] == "2026-12-24"
    assert [one["value"] for one in app.pressed("streams")[0]["selected_options"]] == ["network", "storage"]


async def test_type_ahead_asks_the_app(page: Page, app: PageApp) -> None:
    menu = {"type": "external_select", "action_id": "runbook", "placeholder": plain("Runbook"), "min_query_length": 2}
    await post(app, actions(menu))
    await page.locator("[data-action-id=runbook]").click()
    await expect(page.get_by_test_id("picker")).to_contain_text("at least 2 letters")
    await page.keyboard.type("east")
    await page.get_by_role("option", name="east 2").click()
    await app.slack.until(lambda: len(app.pressed("runbook")) == 1)
    assert app.pressed("runbook")[0]["selected_option"]["value"] == "east 2"
    await expect(page.locator("[data-action-id=runbook]")).to_contain_text("east 2")


async def test_an_error_stands_beside_its_field_and_the_next_try_passes(page: Page, app: PageApp) -> None:
    await command(page, "/task form")
    await page.get_by_test_id("modal-submit").click()  # Slack's own check comes first: the field is required
    await expect(page.get_by_test_id("field-error")).to_be_visible()
    assert not [one for one in app.got if one[0] == "view"]
    await page.get_by_label("Reason").fill("no")
    await expect(page.get_by_test_id("field-error")).to_have_count(0)
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("field-error")).to_have_text("That is no reason.")
    await expect(page.get_by_label("Reason")).to_have_value("no")
    await expect(page.get_by_label("Reason")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("Reason").fill("because")
    await page.get_by_test_id("modal-submit").click()
    await expect(page.get_by_test_id("modal")).to_have_count(0)
    assert len([one for one in app.got if one[0] == "view"]) == 2


async def command(page: Page, text: str) -> None:
    await page.get_by_test_id("composer").fill(text)
    await page.keyboard.press("Enter")


async def test_a_pushed_view_lies_over_the_first_and_goes_back_to_it(page: Page, app: PageApp) -> None:
    await page.get_by_test_id("shortcuts").click()
    await page.get_by_role("menuitem", name="Create a runbook").click()
    await expect(page.locator(".dialog-title")).to_have_text("Outer")
    await expect(page.get_by_test_id("modal-back")).to_be_hidden()
    await page.get_by_label("Note").fill("typed before")
    await page.locator("[data-action-id=more]").click()
    await expect(page.locator(".dialog-title")).to_have_text("More")
    pressed = next(body for kind, name, body in app.got if name == "more")
    assert pressed["view"]["state"]["values"]["note"]["v"]["value"] == "typed before"
    await page.get_by_test_id("modal-back").click()
    await expect(page.locator(".dialog-title")).to_have_text("Outer")
    await expect(page.get_by_label("Note")).to_have_value("typed before")
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("modal")).to_have_count(0)
    await expect(page.get_by_test_id("shortcuts")).to_be_focused()


async def test_an_ephemeral_answer_is_seen_by_one_person_only(page: Page, app: PageApp, open_page: OpenPage) -> None:
    other = await open_page(app.slack.url, SAM)
    await command(page, "/task secret plan")
    mine = page.locator("[data-ephemeral=true]")
    await expect(mine).to_contain_text("Only for you: secret plan")
    await expect(mine.get_by_test_id("only-you")).to_have_text("Only visible to you")
    await command(other, "hello all")
    await expect(page.get_by_test_id("messages")).to_contain_text("hello all")
    await expect(other.get_by_test_id("messages")).not_to_contain_text("secret plan")


async def test_a_thread_grows_on_both_sides(page: Page, app: PageApp, open_page: OpenPage) -> None:
    other = await open_page(app.slack.url, SAM)
    ts = await post(app, section("Parent"))
    parent = page.locator(f'[data-testid=messages] [data-ts="{ts}"]')
    await parent.hover()
    await parent.get_by_test_id("open-thread").click()
    await expect(page.get_by_test_id("thread-composer")).to_be_focused()
    await page.keyboard.type("a reply")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("thread-messages")).to_contain_text("a reply")
    count = other.locator(f'[data-ts="{ts}"] [data-testid=replies]')
    await expect(count).to_contain_text("1 reply")
    await count.click()
    await expect(other.get_by_test_id("thread-messages")).to_contain_text("a reply")
    await expect(other.get_by_test_id("messages")).not_to_contain_text("a reply")


async def test_a_message_shortcut_by_keyboard(page: Page, app: PageApp) -> None:
    ts = await post(app, section("Note this"))
    message = page.locator(f'[data-testid=messages] [data-ts="{ts}"]')
    await message.focus()
    await page.keyboard.press(".")
    await expect(page.get_by_role("menu", name="Message actions")).to_be_visible()
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    await app.slack.until(lambda: any(kind == "shortcut" for kind, _, _ in app.got))
    body = next(body for kind, _, body in app.got if kind == "shortcut")
    assert (body["callback_id"], body["message"]["ts"]) == ("comment", ts)


async def test_the_home_tab_opens_and_its_button_names_the_view(page: Page, app: PageApp) -> None:
    await page.get_by_test_id("app").click()
    await expect(page.get_by_test_id("home")).to_contain_text("Your tasks")
    await page.get_by_role("button", name="Refresh").click()
    await app.slack.until(lambda: len(app.pressed("home_press")) == 1)
    body = next(body for _, name, body in app.got if name == "home_press")
    assert body["container"]["type"] == "view"
    assert body["view"]["type"] == "home"


async def test_reactions_pins_and_edits_are_seen(page: Page, app: PageApp) -> None:
    answer = await app.client.chat_postMessage(channel=FAILOVER, text="first words")
    ts = str(answer["ts"])
    message = page.locator(f'[data-testid=messages] [data-ts="{ts}"]')
    await app.client.chat_update(channel=FAILOVER, ts=ts, text="second words")
    await expect(message.get_by_test_id("edited")).to_have_text("(edited)")
    await app.client.reactions_add(channel=FAILOVER, timestamp=ts, name="eyes")
    await message.get_by_test_id("reaction").click()
    await expect(message.get_by_test_id("reaction")).to_contain_text("2")
    await expect(message.get_by_test_id("reaction")).to_have_attribute("aria-pressed", "true")
    await app.client.pins_add(channel=FAILOVER, timestamp=ts)
    await expect(message.get_by_test_id("pinned")).to_be_visible()
    await app.client.chat_delete(channel=FAILOVER, ts=ts)
    await expect(message).to_have_count(0)


async def test_names_are_completed_and_reach_slack_as_mentions(page: Page, app: PageApp) -> None:
    await page.get_by_test_id("composer").press_sequentially("ask @sam")
    await expect(page.get_by_test_id("offers")).to_contain_text("Sam Reyes")
    await page.keyboard.press("Tab")
    await page.get_by_test_id("composer").press_sequentially("in #gener")
    await page.keyboard.press("Tab")
    await page.get_by_test_id("composer").press_sequentially(":tad")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    message = page.get_by_test_id("message").last
    await expect(message.locator(f'[data-user-id="{SAM}"]')).to_have_text("@Sam Reyes")
    await expect(message.locator(".mention-channel")).to_have_text("#general")
    await expect(message.locator(".emoji")).to_have_text("🎉")
    assert await message.get_attribute("data-user") == DANA
