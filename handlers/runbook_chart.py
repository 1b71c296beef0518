"""Pictures of a run. The one rule: seen by one person until that person posts them."""

from __future__ import annotations

import asyncio
from typing import Final

from bot.blocks import chart_post, say
from bot.blocks.ids import ActionId
from bot.blocks.values import ChartValue, RunbookValue
from bot.charts import Kind, Sheet, Studio, alt_text, sheet_of
from bot.errors import BadInput
from bot.identity import Policy
from bot.plan import Run
from bot.slack.answer import Answer
from bot.slack.files import Files, Upload
from bot.store import Links
from handlers import grammar
from handlers.ask import Ask
from handlers.posting import check_post
from handlers.routes import Routes
from handlers.runs import Runs
from handlers.targets import Targets

routes = Routes()
_KINDS: Final = {"timeline": Kind.TIMELINE, "burnup": Kind.BURNUP, "burn-up": Kind.BURNUP}
_TITLES: Final = {Kind.TIMELINE: "Timeline by stream", Kind.BURNUP: "Burn-up"}


@routes.command("runbook", "chart", "[timeline | burnup] [here] [runbook]")
async def show_chart(
    ask: Ask,
    answer: Answer,
    targets: Targets,
    runs: Runs,
    studio: Studio,
    files: Files,
    policy: Policy,
    links: Links,
) -> None:
    """Paint the run: plan against actual by stream, and burn-up; seen by you alone unless you say here."""
    kinds, here, rest = _wanted(ask.words)
    runbook = await targets.runbook(ask, grammar.unquoted(rest))
    if here:
        await check_post(ask, policy, links, runbook.id)
    await _share(ask, runs, studio, files, runbook.id, kinds, ask.channel_id if here else ask.user_id)
    value = ChartValue(r=runbook.id, kinds=tuple(map(str, kinds)))
    await answer.say(say.done("The pictures are posted here.") if here else chart_post.sent(value))


@routes.action(ActionId.RUNBOOK_CHART)
async def press_chart(ask: Ask, answer: Answer, runs: Runs, studio: Studio, files: Files) -> None:
    runbook_id = ask.value(RunbookValue).r
    await _share(ask, runs, studio, files, runbook_id, tuple(Kind), ask.user_id)
    await answer.say(chart_post.sent(ChartValue(r=runbook_id)))


@routes.action(ActionId.CHART_HERE)
async def post_chart(
    ask: Ask, answer: Answer, runs: Runs, studio: Studio, files: Files, policy: Policy, links: Links
) -> None:
    value = ask.value(ChartValue)
    await check_post(ask, policy, links, value.r)
    kinds = tuple(kind for kind in Kind if kind in value.kinds) or tuple(Kind)
    await _share(ask, runs, studio, files, value.r, kinds, ask.channel_id)
    await answer.replace(say.done("The pictures are posted here."))


def _wanted(words: str) -> tuple[tuple[Kind, ...], bool, str]:
    """(kinds, whether to post, the rest: which runbook)."""
    kinds: list[Kind] = []
    here, rest = False, words
    while True:
        word, _, after = rest.partition(" ")
        if word.casefold() in _KINDS:
            kinds.append(_KINDS[word.casefold()])
        elif word.casefold() == "here":
            here = True
        else:
            return tuple(dict.fromkeys(kinds)) or tuple(Kind), here, rest
        rest = after.strip()


async def _share(
    ask: Ask, runs: Runs, studio: Studio, files: Files, runbook_id: str, kinds: tuple[Kind, ...], place: str
) -> None:
    """Paint and upload. Raises `BadInput` for a run without tasks, and what reading, painting and Slack raise."""
    run = await runs.look(runbook_id)
    if not run.tasks:
        raise BadInput("This runbook has no tasks, so there is nothing to paint.")
    sheet, told = await asyncio.to_thread(_drawn, run, kinds)
    uploads = [
        Upload(f"{kind}-{runbook_id}.png", await studio.paint(sheet, kind), _TITLES[kind], alt)
        for kind, alt in zip(kinds, told, strict=True)
    ]
    await files.share(place, uploads, chart_post.chart(run.runbook, told, ask.now, ask.user_id))


def _drawn(run: Run, kinds: tuple[Kind, ...]) -> tuple[Sheet, list[str]]:
    """What is painted, and in words; takes milliseconds for some hundred tasks, so not on the event loop."""
    sheet = sheet_of(run)
    return sheet, [alt_text(sheet, kind) for kind in kinds]
