"""The picture after a digest. The one rule: it may be missing after a crash or a lost answer, it is never there twice.

Slack shows an uploaded file with its last step only, and no key tells whether that has happened. So what comes before
may be repeated, and the last step is written down before it is tried, and tried once. It waits for its digest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import sqlalchemy as sa
import structlog

from bot.blocks import chart_post
from bot.charts import Kind, Studio, alt_text, sheet_of
from bot.clock import Clock
from bot.digest import rows
from bot.digest.rows import PictureMemory, memory
from bot.digest.work import Outcome
from bot.errors import BotError, SlackError
from bot.outbox.verdict import Verdict, verdict
from bot.plan import Run
from bot.slack.files import Files, Upload
from bot.store import Database, Link
from bot.store.due import Row
from bot.store.tables import letters

_log = structlog.get_logger(__name__)
Look = Callable[[str], Awaitable[Run]]
"""The whole run as Cutover tells it now. Raises `BotError`."""
_TITLES: Final = {Kind.TIMELINE: "Timeline by stream", Kind.BURNUP: "Burn-up"}
_WAITING: Final = ("waiting", "sending")
_SOON: Final = 3.0
_AGAIN: Final = 20.0


class Pictures:
    """Posts the pictures of one workspace's channels; the studio paints in a process of its own."""

    def __init__(self, look: Look, studio: Studio, files: Files, database: Database, clock: Clock) -> None:
        self._look = look
        self._studio = studio
        self._files = files
        self._database = database
        self._clock = clock

    async def due(self, link: Link, row: Row) -> Outcome | None:
        """Post it, or say when to try again; None: there is nothing more to do. Raises `LeaseLost`."""
        kept, now = memory(PictureMemory, row["data"]), self._clock.unix()
        if kept.begun or now > kept.until or kept.kind not in tuple(Kind):
            _log.warning("picture_missing", channel=link.channel_id, unknown=kept.begun)
            return None
        if kept.runbook != link.runbook_id:  # the channel follows another run by now
            return None
        state = await self._database.read(
            lambda c: c.execute(sa.select(letters.c.state).where(letters.c.key == kept.letter)).scalar()
        )
        if state in _WAITING:
            return Outcome(now + _SOON, kept)
        if state != "sent":  # the digest is not there: neither is its picture
            return None
        try:
            return await self._post(link, row, kept)
        except SlackError as error:
            return self._refused(link, kept, error)
        except BotError as error:
            _log.info("picture_not_posted", channel=link.channel_id, error=error.code)
            return Outcome(self._clock.unix() + _AGAIN, kept)

    def _refused(self, link: Link, kept: PictureMemory, error: SlackError) -> Outcome | None:
        """Tried again, unless Slack said so for good: without the scope `files:write`, or not in the channel."""
        _log.warning("picture_refused", channel=link.channel_id, error=error.error)
        over = verdict(error) in (Verdict.TOKEN, Verdict.CHANNEL)
        return None if over else Outcome(self._clock.unix() + _AGAIN, kept)

    async def _post(self, link: Link, row: Row, kept: PictureMemory) -> Outcome | None:
        run, kind = await self._look(link.runbook_id), Kind(kept.kind)
        if not run.tasks:
            return None
        sheet = await asyncio.to_thread(sheet_of, run)
        alt = alt_text(sheet, kind)
        png = await self._studio.paint(sheet, kind)
        upload = Upload(f"{kind}-{link.runbook_id}.png", png, _TITLES[kind], alt)
        ids = await self._files.upload([upload])
        body = chart_post.chart(run.runbook, [alt], self._clock.now())
        begun = PictureMemory(kept.letter, kept.runbook, kept.kind, kept.until, begun=True)
        await self._database.write(lambda c: rows.remember_held(c, row, begun, self._clock.unix()))
        try:
            await self._files.show(link.channel_id, ids, [upload], body)
        except SlackError as error:
            if verdict(error) is not Verdict.DOUBT:
                return self._refused(link, kept, error)
            _log.warning("picture_may_be_missing", channel=link.channel_id, error=error.error)
        return None
