"""The picture after a digest: after it and never without it; missing rather than twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from digest_night import CHANNEL, Night
from digest_world import snapshot

from bot.digest import rows
from bot.errors import BotError, SlackError, Unavailable
from bot.slack.web import SlackOutcomeUnknown
from bot.store.tables import letters, schedules


async def digest(night: Night, **more: Any) -> None:
    """A digest has become due, and is on its way."""
    await night.hears(**{"digest": "every 30m", "picture": "timeline", **more})
    await night.passes(30)


async def pictures(night: Night) -> list[str]:
    return [key for key in await night.rows() if key.startswith("picture:")]


async def test_it_follows_its_digest_once_with_its_words(night: Night) -> None:
    await digest(night)
    await night.passes(1)
    assert night.files.shown == [], "the digest still waits"
    await night.sent()
    await night.passes(3)
    ((channel, alt, text),) = night.files.shown
    assert (channel, night.files.uploaded) == (CHANNEL, ["timeline of DC North"])
    assert alt.startswith("Timeline by stream of DC North.")
    assert alt[:60] in text
    assert "asked for by" not in text
    assert await pictures(night) == []
    await night.passes(27)
    await night.sent()
    await night.passes(2)
    assert len(night.files.shown) == 2


async def test_without_the_choice_there_is_none_and_burn_up_is_another(night: Night) -> None:
    await digest(night, picture="none")
    await night.sent()
    await night.passes(3)
    assert night.files.uploaded == []
    await digest(night, picture="burnup")
    await night.sent()
    await night.passes(3)
    assert night.files.uploaded == ["burnup of DC North"]


async def test_a_digest_asked_for_has_one_too(night: Night) -> None:
    await night.hears(picture="timeline")
    link = night.links.of("T0HARBOUR01", CHANNEL)
    assert link is not None
    await night.digests.post_now(link, "wish 1")
    await night.digests.post_now(link, "wish 1")
    await night.sent()
    await night.passes(2)
    assert len(night.files.shown) == 1


async def test_a_lost_answer_to_the_last_step_is_not_repeated(night: Night) -> None:
    for trouble in (SlackOutcomeUnknown("no_answer", method="x"), SlackError("internal_error", method="x")):
        night.files.trouble = trouble
        await digest(night)
        await night.sent()
        await night.passes(3)
        night.files.trouble = None
        await night.passes(5)
        assert night.files.shown == []
        assert await pictures(night) == []


async def test_a_bot_that_dies_in_the_last_step_leaves_no_second(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    await digest(night)
    await night.sent()
    reached = asyncio.Event()

    async def hang(*given: Any) -> None:
        night.files.shown.append(("", "", ""))
        reached.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(night.files, "show", hang)
    night.clock.advance(5)
    dying = asyncio.create_task(night.digests.run_due())
    await reached.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    monkeypatch.undo()
    await night.leases_end()
    night.clock.advance(60)
    await night.replica("two").run_due()
    assert len(night.files.shown) == 1
    assert await pictures(night) == []


async def test_what_was_certainly_not_shown_is_tried_again(night: Night) -> None:
    night.files.trouble = SlackError("ratelimited", method="x")
    await digest(night)
    await night.sent()
    await night.passes(2)
    night.files.trouble = None
    await night.passes(2)
    assert len(night.files.shown) == 1


@pytest.mark.parametrize("trouble", [Unavailable("down"), BotError("The picture could not be painted.")])
async def test_before_the_last_step_everything_may_be_repeated_for_a_while(night: Night, trouble: BotError) -> None:
    night.cutover.trouble = trouble
    await digest(night)
    await night.sent()
    await night.passes(2)
    night.cutover.trouble = None
    night.files.upload_trouble = SlackError("no_answer", method="the upload")
    await night.passes(1)
    night.files.upload_trouble = None
    await night.passes(1)
    assert len(night.files.shown) == 1


@pytest.mark.parametrize("word", ["missing_scope", "not_in_channel"])
@pytest.mark.parametrize("step", ["trouble", "upload_trouble"])
async def test_what_is_refused_for_good_is_not_asked_for_again(night: Night, word: str, step: str) -> None:
    setattr(night.files, step, SlackError(word, method="x"))
    await digest(night)
    await night.sent()
    await night.passes(1)
    assert await pictures(night) == []
    assert night.files.shown == []


async def test_one_that_is_too_late_is_left_out(night: Night) -> None:
    night.cutover.trouble = Unavailable("down")
    await digest(night)
    await night.sent()
    await night.passes(6)
    night.cutover.trouble = None
    await night.passes(3)
    assert (night.files.shown, await pictures(night)) == ([], [])


@pytest.mark.parametrize("state", ["failed", "summed"])
async def test_without_its_digest_there_is_no_picture(night: Night, state: str) -> None:
    await digest(night)
    await night.database.write(lambda c: c.execute(sa.update(letters).values(state=state)))
    await night.passes(3)
    assert (night.files.uploaded, await pictures(night)) == ([], [])


async def test_a_channel_that_follows_no_more_gets_none(night: Night) -> None:
    await digest(night)
    await night.links.remove("T0HARBOUR01", CHANNEL)
    await night.sent()
    await night.passes(2)
    assert (night.files.uploaded, await night.rows()) == ([], {})


async def test_who_lost_the_row_does_not_show_it(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    await digest(night)
    await night.sent()
    upload = night.files.upload

    async def slowly(files: Any) -> list[str]:
        await night.database.write(lambda c: c.execute(sa.update(schedules).values(fence=schedules.c.fence + 1)))
        return await upload(files)

    monkeypatch.setattr(night.files, "upload", slowly)
    await night.passes(1, step=0.1)
    assert night.files.shown == []


async def test_a_run_without_tasks_has_none(night: Night) -> None:
    await night.reads(snapshot())
    night.cutover.tasks = False
    await digest(night)
    await night.sent()
    await night.passes(2)
    assert (night.files.uploaded, await pictures(night)) == ([], [])


def test_keys_name_the_channel_whatever_stands_behind() -> None:
    assert rows.parts_of(rows.row_key("picture", "T1", "C1", "abc")) == ("picture", "T1", "C1")
    assert rows.parts_of(rows.row_key("digest", "T1", "C1")) == ("digest", "T1", "C1")
    assert rows.parts_of("odd") == ("odd", "", "")


async def test_a_wish_taken_up_again_after_a_crash_has_had_its_picture(night: Night) -> None:
    await night.hears(picture="timeline")
    link = night.links.of("T0HARBOUR01", CHANNEL)
    assert link is not None
    for _ in range(2):
        await night.digests.post_now(link, "wish 1")
        await night.sent()
        await night.passes(2)
    assert len(await night.posts()) == 1
    assert len(night.files.shown) == 1


async def test_a_picture_is_of_the_run_of_its_digest(night: Night) -> None:
    await digest(night)
    link = night.links.of("T0HARBOUR01", CHANNEL)
    assert link is not None
    await night.links.save(replace(link, runbook_id="102"))
    await night.sent()
    await night.passes(2)
    assert night.files.uploaded == []
    assert await pictures(night) == []
