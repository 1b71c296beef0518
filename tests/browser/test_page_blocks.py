"""The page draws every kind of block, and text of any kind stays text.

The one rule: what is drawn is read from the page, never from the server's answer.
"""

from __future__ import annotations

from typing import Any

import pytest
from page_app import (
    DANA,
    FAILOVER,
    MANIFEST,
    OpenPage,
    PageApp,
    actions,
    button,
    modal,
    open_modal,
    plain,
    section,
    text_field,
)
from playwright.async_api import Page, expect

from bot.sandbox.slack import EmbeddedSlack

Gallery = dict[str, list[dict[str, Any]]]
HOSTILE = [
    '<img src=x onerror="window.hacked=1">',
    "</script><script>window.hacked=1</script>",
    "<svg/onload=window.hacked=1> \"'`&amp;",
    "<javascript:window.hacked=1|press me>",
]


@pytest.mark.parametrize("part", ["layout", "more", "cards"])
async def test_every_block_of_a_message_is_drawn(page: Page, app: PageApp, gallery: Gallery, part: str) -> None:
    answer = await app.client.chat_postMessage(channel=FAILOVER, text=part, blocks=gallery[part])
    message = page.locator(f'[data-ts="{answer["ts"]}"]')
    for block in gallery[part]:
        found = message.locator(f'[data-block-id="{block["block_id"]}"].block')
        await expect(found).to_be_visible()
        assert (await found.inner_text()).strip() or block["type"] in ("divider", "actions"), block
    await expect(message.locator(".unknown")).to_have_count(0)


async def test_every_input_of_a_modal_is_drawn_and_labelled(page: Page, app: PageApp, gallery: Gallery) -> None:
    await open_modal(page, app, modal("all", "All inputs", *gallery["inputs"]))
    for block in gallery["inputs"]:
        drawn = page.locator(f'[data-testid=modal] .block[data-block-id="{block["block_id"]}"]')
        await expect(drawn.locator(".input-label")).to_contain_text(block["label"]["text"])
        await expect(drawn.locator("[data-action-id]").first).to_be_visible()
    await expect(page.locator("[data-testid=modal] .unknown")).to_have_count(0)
    await expect(page.get_by_label("Reason")).to_be_focused()


async def test_mrkdwn_is_drawn_as_slack_does(page: Page, app: PageApp) -> None:
    text = (
        f"*bold* _it_ ~gone~ `a*b*` snake_case_name <https://example.com/a_b_c|site> <@{DANA}> <!here> :tada: :nope:\n"
        "&gt; quoted\n```x = *1*```\n• one\n<!date^0^{date_num} {time}|long ago>"
    )
    answer = await app.client.chat_postMessage(channel=FAILOVER, text=text)
    message = page.locator(f'[data-ts="{answer["ts"]}"]')
    await expect(message.locator("strong").first).to_have_text("bold")
    await expect(message.locator("em")).to_have_text("it")
    await expect(message.locator("s")).to_have_text("gone")
    await expect(message.locator("code")).to_have_text("a*b*")
    await expect(message.locator("a.link")).to_have_attribute("href", "https://example.com/a_b_c")
    await expect(message.locator(".mention").first).to_have_text("@Dana Okafor")
    await expect(message.locator(".mention-broadcast")).to_have_text("@here")
    await expect(message.locator(".emoji")).to_have_text("🎉")
    await expect(message.locator("blockquote")).to_have_text("quoted")
    await expect(message.locator("pre")).to_have_text("x = *1*")
    await expect(message.locator("time.date")).to_have_text("1970-01-01 01:00")  # London was an hour ahead then
    await expect(message).to_contain_text("snake_case_name")
    await expect(message).to_contain_text(":nope:")


async def test_hostile_text_is_shown_and_does_nothing(page: Page, app: PageApp) -> None:
    for text in HOSTILE:
        blocks = [
            section(text),
            {"type": "header", "text": plain(text)},
            {"type": "markdown", "text": text},
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}],
            },
            actions(button("b", text)),
        ]
        answer = await app.client.chat_postMessage(channel=FAILOVER, text=text, blocks=blocks)
        message = page.locator(f'[data-ts="{answer["ts"]}"]')
        await expect(message.locator(".heading")).to_have_text(text)
        await expect(message.locator(".block-markdown")).to_contain_text(text[:8])
        await expect(message.locator(".block-rich_text")).to_have_text(text)
        await expect(message.locator("script, img, svg:not(.icon), a")).to_have_count(0)
    await open_modal(
        page, app, modal("evil", HOSTILE[0][:24], text_field("f", HOSTILE[1], placeholder=plain(HOSTILE[2])))
    )
    await expect(page.locator("[data-testid=modal] .dialog-title")).to_have_text(HOSTILE[0][:24])
    assert await page.evaluate("window.hacked") is None


async def test_what_a_person_types_is_shown_literally(page: Page, app: PageApp) -> None:
    await page.get_by_test_id("composer").fill(f"{HOSTILE[0]} & *bold*")
    await page.keyboard.press("Enter")
    message = page.get_by_test_id("message").last
    await expect(message).to_contain_text(f"{HOSTILE[0]} & bold")
    await expect(message.locator("img")).to_have_count(0)
    assert await page.evaluate("window.hacked") is None


async def test_dark_and_light_follow_the_machine_and_the_switch(open_page: OpenPage, app: PageApp) -> None:
    page = await open_page(app.slack.url, color_scheme="dark")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.get_by_test_id("theme-toggle").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "light")
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "light")


async def test_what_cannot_be_drawn_is_named_and_the_rest_goes_on(open_page: OpenPage) -> None:
    odd: list[dict[str, Any]] = [
        {"type": "actions", "elements": [None, {"type": "button"}]},
        {"type": "section", "text": "bare"},
        {"type": "constructor"},
        {"type": "table", "rows": [[None]]},
        section("<!date^99999999999999^{date}|far away>"),
        section("fine"),
    ]
    async with EmbeddedSlack(port=0, manifest=MANIFEST, strict=False) as slack, PageApp(slack) as app:
        page = await open_page(slack.url)
        await app.client.chat_postMessage(channel=FAILOVER, text="<!date^99999999999999^{date}|far off>")
        answer = await app.client.chat_postMessage(channel=FAILOVER, text="odd", blocks=odd)
        message = page.locator(f'[data-ts="{answer["ts"]}"]')
        await expect(message).to_contain_text("Block of type constructor")
        await expect(message).to_contain_text("far away")
        await expect(message).to_contain_text("fine")
        await expect(page.get_by_test_id("messages")).to_contain_text("far off")
        await page.goto("about:blank")
