"""Looking back and handing over. The one rule: seen by one person until that person posts it.

Files go to the channel by Slack's upload, which no letter can carry: the only posts that a listener makes itself.
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial

from bot.blocks import handover_post, report_post, say
from bot.blocks.ids import ActionId
from bot.blocks.message import Message
from bot.blocks.values import RunbookValue
from bot.charts import Sheet, Studio, sheet_of
from bot.errors import BadInput, BotError
from bot.identity import Policy
from bot.model.printed import Printed
from bot.outbox import Outbox
from bot.report import AfterRun, compare, printed
from bot.report.files import csv_of, markdown
from bot.slack.answer import Answer
from bot.slack.files import Files, Upload
from bot.store import Links
from bot.watch.beside import MANY, beside
from handlers import grammar
from handlers.ask import Ask
from handlers.cards import Cards
from handlers.posting import check_post
from handlers.reports import Reports
from handlers.routes import Routes
from handlers.targets import Targets

routes = Routes()


@routes.command("runbook", "report", "[runbook]")
async def show_report(ask: Ask, answer: Answer, targets: Targets, reports: Reports) -> None:
    """Look back on a run: planned against actual, late, skipped, who did what; also as files."""
    runbook = await targets.runbook(ask, grammar.unquoted(ask.words))
    await answer.say(await _shown(await reports.after(runbook.id)))


@routes.action(ActionId.RUNBOOK_REPORT)
async def press_report(ask: Ask, answer: Answer, reports: Reports) -> None:
    await answer.say(await _shown(await reports.after(ask.value(RunbookValue).r)))


@routes.action(ActionId.REPORT_HERE)
async def post_report(
    ask: Ask, answer: Answer, reports: Reports, files: Files, studio: Studio, policy: Policy, links: Links
) -> None:
    runbook_id = ask.value(RunbookValue).r
    await check_post(ask, policy, links, runbook_id)
    report = await reports.after(runbook_id)
    await files.share(ask.channel_id, await _files(report, studio), await _shown(report, buttons=False))
    await answer.replace(say.done("The report is posted here, with its files."))


@routes.action(ActionId.REPORT_ME)
async def send_report(ask: Ask, answer: Answer, reports: Reports, files: Files, studio: Studio) -> None:
    report = await reports.after(ask.value(RunbookValue).r)
    await files.share(ask.user_id, await _files(report, studio), report_post.short(report))
    await answer.say(say.done("The files are in your conversation with the bot."))


async def _shown(report: AfterRun, *, buttons: bool = True) -> Message:
    return await beside(report.lines, partial(report_post.report, report, buttons=buttons), MANY)


async def _files(report: AfterRun, studio: Studio) -> list[Upload]:
    """Without the PDF where it cannot be printed in time: the others say the same.

    They take some 0.2 ms a task, so they are written beside the event loop.
    """
    name = f"report-{report.runbook.id}"
    title = f"After-run report {report.runbook.id}"
    pages: list[Upload] = []
    paper, sheet, text, rows = await asyncio.to_thread(_written, report)
    with contextlib.suppress(BotError):
        pdf = await studio.print(paper, sheet)
        pages = [Upload(f"{name}.pdf", pdf, f"{title}: to print, with pictures")]
    return [
        *pages,
        Upload(f"{name}.md", text, f"{title}: everything, to read"),
        Upload(f"{name}.csv", rows, f"{title}: a row for each task"),
    ]


def _written(report: AfterRun) -> tuple[Printed, Sheet, bytes, bytes]:
    """What the PDF is printed from, Markdown and CSV."""
    return printed(report), sheet_of(report.run), markdown(report), csv_of(report)


@routes.command("runbook", "compare", "[earlier runbook]")
async def compare_runs(ask: Ask, answer: Answer, targets: Targets, reports: Reports) -> None:
    """Compare this channel's run with an earlier one: of the same template, or the one named."""
    words = grammar.unquoted(ask.words)
    later = await reports.after(targets.runbook_id(ask, ask.words))
    other = await targets.runbook(ask, words) if words else await reports.earlier(later.runbook)
    if other is None:
        raise BadInput("No earlier run of the same template is known.", "Name one: `/runbook compare April rehearsal`.")
    if other.id == later.runbook.id:
        raise BadInput("That is the run of this channel itself.", "Name another one.")
    earlier = await reports.after(other.id)
    await answer.say(await beside(later.lines, lambda: report_post.comparison(compare(earlier, later)), MANY))


@routes.command("runbook", "handover", "[runbook]")
async def show_handover(ask: Ask, answer: Answer, targets: Targets, reports: Reports, cards: Cards) -> None:
    """Write the shift note: open, late, waiting and risks by stream, with the last comments."""
    runbook = await targets.runbook(ask, grammar.unquoted(ask.words))
    await answer.say(handover_post.handover(await _note(runbook.id, reports, cards)))


@routes.action(ActionId.HANDOVER_POST)
async def post_handover(
    ask: Ask, answer: Answer, reports: Reports, cards: Cards, outbox: Outbox, policy: Policy, links: Links
) -> None:
    value = ask.value(RunbookValue)
    await check_post(ask, policy, links, value.r)
    body = handover_post.handover(await _note(value.r, reports, cards), by=ask.user_id)
    await outbox.put(f"handover:{ask.delivery.key}", ask.channel_id, body)
    await answer.replace(say.done("The handover note is posted here."))


async def _note(runbook_id: str, reports: Reports, cards: Cards) -> handover_post.HandoverView:
    note = await reports.handover(runbook_id)
    names = await cards.names(handover_post.people_in(note), runbook_id)
    return handover_post.HandoverView(note, names)
