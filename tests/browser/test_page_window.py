"""The window itself: keyboard only, scrolling, two people, losing the server, the inspector.

The one rule: a person who cannot use a mouse, or whose sandbox was restarted, can go on working.
"""

from __future__ import annotations

from page_app import DANA, DATABASE, FAILOVER, GENERAL, GIL, MANIFEST, SAM, OpenPage, PageApp, actions, button, section
from playwright.async_api import Page, expect

from bot.sandbox.slack import EmbeddedSlack


async def test_the_whole_way_without_a_mouse(page: Page, app: PageApp) -> None:
    await expect(page.get_by_test_id("composer")).to_be_focused()
    await page.keyboard.type("/ta")
    await expect(page.get_by_role("option", name="/task")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_test_id("usage")).to_have_text("/task list | start | finish")
    await page.keyboard.type("card")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-action-id=start]")).to_be_visible()
    await page.keyboard.press("Shift+Tab")  # the + menu
    for _ in range(4):  # then the tools of the newest message, then its button
        await page.keyboard.press("Shift+Tab")
        if await page.locator("[data-action-id=start]:focus").count():
            break
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-action-id=start]")).to_have_text("Start again")
    await page.get_by_test_id("composer").focus()
    await page.keyboard.type("/task form")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Reason")).to_be_focused()
    for _ in range(6):
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.closest('[data-testid=modal]') !== null")
    await page.get_by_label("Reason").focus()
    await page.keyboard.type("done")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("modal")).to_have_count(0)
    await expect(page.get_by_test_id("composer")).to_be_focused()


async def test_arrows_move_between_messages_and_places(page: Page, app: PageApp) -> None:
    first = await app.client.chat_postMessage(channel=FAILOVER, text="one")
    second = await app.client.chat_postMessage(channel=FAILOVER, text="two")
    await page.locator(f'[data-ts="{second["ts"]}"]').focus()
    await page.keyboard.press("ArrowUp")
    await expect(page.locator(f'[data-ts="{first["ts"]}"]')).to_be_focused()
    await page.locator("[data-place=C0GENERAL01]").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("general")
    await expect(page.locator("[data-place=C0GENERAL01]")).to_be_focused()


async def test_the_view_stays_where_the_reader_is(page: Page, app: PageApp) -> None:
    for number in range(30):
        await app.client.chat_postMessage(channel=FAILOVER, text=f"line {number}\nmore\nand more")
    await expect(page.get_by_text("line 29")).to_be_in_viewport()
    await page.get_by_test_id("messages").evaluate("node => { node.scrollTop = 0; }")
    await app.client.chat_postMessage(channel=FAILOVER, text="the newest")
    await expect(page.get_by_text("the newest")).to_be_attached()
    assert await page.get_by_test_id("messages").evaluate("node => node.scrollTop") == 0
    await page.get_by_test_id("messages-jump").click()
    await expect(page.get_by_text("the newest")).to_be_in_viewport()
    await expect(page.get_by_test_id("messages-jump")).to_be_hidden()
    await app.client.chat_postMessage(channel=FAILOVER, text="newer still")
    await expect(page.get_by_text("newer still")).to_be_in_viewport()


async def test_the_address_names_person_and_place(page: Page, app: PageApp, open_page: OpenPage) -> None:
    await page.get_by_test_id("user-switcher").click()
    await page.locator(f'[data-testid=user-choice][data-value="{SAM}"]').click()
    await expect(page.get_by_test_id("user-switcher")).to_contain_text("Sam Reyes")
    await page.locator(f'[data-place="{DATABASE}"]').click()
    assert page.url.endswith(f"#{SAM}/{DATABASE}")
    await page.get_by_test_id("composer").fill("from Sam")
    await page.keyboard.press("Enter")
    other = await open_page(app.slack.url, DANA, DATABASE)
    await expect(other.get_by_test_id("message").last).to_have_attribute("data-user", SAM)


async def test_unread_channels_are_marked(page: Page, app: PageApp) -> None:
    place = page.locator(f'[data-place="{GENERAL}"]')
    await app.client.chat_postMessage(channel=GENERAL, text="hello")
    await expect(place.locator(".dot")).to_be_visible()
    await app.client.chat_postMessage(channel=GENERAL, text=f"<@{DANA}> look")
    await expect(place.locator(".badge")).to_have_text("2")
    await place.click()
    await expect(place.locator(".badge")).to_have_count(0)


async def test_the_app_can_be_invited(page: Page, app: PageApp) -> None:
    await page.locator(f'[data-place="{DATABASE}"]').click()
    await page.get_by_test_id("invite-app").click()
    await expect(page.get_by_test_id("invite-app")).to_have_count(0)
    await app.client.chat_postMessage(channel=DATABASE, text="here now")
    await expect(page.get_by_text("here now")).to_be_visible()


async def test_slack_itself_speaks_in_toasts(page: Page, app: PageApp) -> None:
    await page.get_by_test_id("composer").fill("/nonsense now")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("toast")).to_contain_text("/nonsense")
    await page.get_by_role("button", name="Dismiss").click()
    await expect(page.get_by_test_id("toast")).to_have_count(0)


async def test_the_inspector_shows_the_traffic(page: Page, app: PageApp) -> None:
    await page.get_by_test_id("composer").fill("/task secret")
    await page.keyboard.press("Enter")
    await page.get_by_test_id("inspector-toggle").click()
    row = page.get_by_test_id("traffic-row").filter(has_text="/task secret")
    await expect(row.locator(".ack.good")).to_contain_text("ms")
    await row.locator("summary").first.click()
    await expect(row).to_contain_text('"/task"')
    await page.get_by_test_id("tab-calls").click()
    await app.client.chat_postMessage(channel=FAILOVER, text="seen")
    await expect(page.get_by_test_id("traffic-row").filter(has_text="chat.postMessage")).to_be_visible()
    await page.get_by_test_id("inspector-filter").fill("no such thing")
    await expect(page.get_by_test_id("traffic-row")).to_have_count(0)
    await page.get_by_test_id("inspector-filter").fill("")
    await app.refused(FAILOVER, [section("x" * 3001)])
    await page.get_by_test_id("tab-violations").click()
    await expect(page.get_by_test_id("traffic-row")).to_have_count(1)
    await expect(page.get_by_test_id("traffic-row")).to_contain_text("3001 characters")


async def test_the_page_comes_back_with_the_server(open_page: OpenPage) -> None:
    async with EmbeddedSlack(port=0, manifest=MANIFEST) as slack:
        page = await open_page(slack.url)
        port = int(slack.url.rstrip("/").rsplit(":", 1)[1])
        await expect(page.get_by_test_id("offline")).to_be_hidden()
    await expect(page.get_by_test_id("offline")).to_be_visible()
    async with EmbeddedSlack(port=port, manifest=MANIFEST):
        await expect(page.get_by_test_id("offline")).to_be_hidden(timeout=10_000)
        await page.get_by_test_id("composer").fill("back again")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("messages")).to_contain_text("back again")


async def test_it_fits_a_small_window(open_page: OpenPage, app: PageApp) -> None:
    page = await open_page(app.slack.url, viewport={"width": 900, "height": 640})
    await app.client.chat_postMessage(channel=FAILOVER, text="word " * 60, blocks=[section("long" * 200)])
    await expect(page.get_by_test_id("message")).to_have_count(1)
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert await page.get_by_test_id("messages").evaluate("node => node.scrollWidth <= node.clientWidth")


async def test_older_messages_come_on_demand(page: Page, app: PageApp) -> None:
    for number in range(130):
        await app.slack.message(SAM, FAILOVER, f"line {number}")
    await expect(page.get_by_text("line 129", exact=True)).to_be_in_viewport()
    await expect(page.get_by_text("line 29", exact=True)).to_have_count(0)
    await page.get_by_test_id("older").click()
    await expect(page.get_by_text("line 0", exact=True)).to_be_attached()
    await expect(page.get_by_text("line 30", exact=True)).to_be_in_viewport()
    await expect(page.get_by_test_id("older")).to_have_count(0)


async def test_a_silent_app_is_told_to_the_person(page: Page, app: PageApp) -> None:
    await app.client.chat_postMessage(channel=FAILOVER, text="card", blocks=[actions(button("slow", "Slow"))])
    app.hold()
    press = page.locator("[data-action-id=slow]")
    await press.click()
    await expect(press).to_have_attribute("aria-busy", "true")
    app.slack.clock.advance(3.5)
    await expect(page.get_by_test_id("toast")).to_contain_text("operation_timeout")
    await expect(press).not_to_have_attribute("aria-busy", "true")
    app.release()


async def test_a_person_sees_what_they_say_also_from_further_up(page: Page, app: PageApp) -> None:
    for number in range(40):
        await app.slack.message(SAM, FAILOVER, f"line {number}")
    await expect(page.get_by_text("line 39")).to_be_in_viewport()
    await page.get_by_test_id("messages").evaluate("node => { node.scrollTop = 0; }")
    await page.get_by_test_id("composer").fill("/task anything")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Only for you: anything")).to_be_in_viewport()


async def test_an_empty_channel_says_how_to_begin(page: Page, app: PageApp) -> None:
    await expect(page.get_by_test_id("messages")).to_contain_text("Type / to see what the app can do")
    await app.slack.message(SAM, FAILOVER, "hello")
    await expect(page.get_by_test_id("messages")).not_to_contain_text("Type /")


async def test_an_app_without_a_home_tab_leads_to_its_commands(page: Page, app: PageApp) -> None:
    await app.slack.set_app(home_tab=False)
    try:
        await page.get_by_test_id("app").click()
        await expect(page.get_by_test_id("home")).to_contain_text("has no Home tab")
        await expect(page.get_by_test_id("tab-home")).to_have_count(0)
        await expect(page.get_by_test_id("toast")).to_have_count(0)
    finally:
        await app.slack.set_app(home_tab=True)


async def test_a_guest_sees_only_their_channels(open_page: OpenPage, app: PageApp) -> None:
    page = await open_page(app.slack.url, GIL, "G0EXECBRDG1")
    await expect(page.get_by_test_id("channel")).to_have_count(1)
    await expect(page.locator("h1")).to_have_text("dc-failover")
    await app.client.chat_postMessage(channel=FAILOVER, text="see <#G0EXECBRDG1>")
    await page.get_by_role("button", name="#private-channel").click()
    await expect(page.get_by_test_id("toast")).to_contain_text("not in that channel")


async def test_a_change_in_the_middle_of_a_click_does_not_swallow_it(page: Page, app: PageApp) -> None:
    blocks = [section("Before"), actions(button("press", "Press"))]
    answer = await app.client.chat_postMessage(channel=FAILOVER, text="card", blocks=blocks)
    box = await page.locator("[data-action-id=press]").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 8, box["y"] + 8)
    await page.mouse.down()
    async with page.expect_response(lambda response: "/screen" in response.url):
        await app.client.chat_update(
            channel=FAILOVER, ts=answer["ts"], text="card", blocks=[section("After"), blocks[1]]
        )
    await page.mouse.up()
    await app.slack.until(lambda: len(app.pressed("press")) == 1)
    await expect(page.locator(f'[data-ts="{answer["ts"]}"]')).to_contain_text("After")
