"""All listeners. The one rule: a feature is here or it does not exist: help and manifest are made from this table."""

from __future__ import annotations

from bot.blocks.say import HelpEntry
from handlers import (
    about,
    account,
    archive,
    audit,
    comments,
    cutover_request,
    cutover_requests,
    digests,
    home,
    links,
    pickers,
    planning,
    planning_whatif,
    runbook_chart,
    runbook_edit,
    runbook_look,
    runbook_ready,
    runbook_report,
    runbook_run,
    runbook_turn,
    second,
    task_assign,
    task_edit,
    task_finish,
    task_look,
    task_poll,
    task_work,
    watching,
)
from handlers.routes import Routes


def all_routes() -> Routes:
    """One table of everything a person can do."""
    return Routes().merge(
        runbook_look.routes,
        runbook_ready.routes,
        runbook_report.routes,
        runbook_chart.routes,
        runbook_run.routes,
        runbook_turn.routes,
        second.routes,
        runbook_edit.routes,
        task_look.routes,
        task_work.routes,
        task_finish.routes,
        task_poll.routes,
        task_assign.routes,
        task_edit.routes,
        comments.routes,
        links.routes,
        watching.routes,
        digests.routes,
        cutover_requests.routes,
        cutover_request.routes,
        home.routes,
        about.routes,
        account.routes,
        audit.routes,
        archive.routes,
        pickers.routes,
        planning.routes,
        planning_whatif.routes,
    )


def help_entries(routes: Routes) -> tuple[HelpEntry, ...]:
    """Each verb with its usage and sentence."""
    return tuple(HelpEntry(verb.command, verb.usage, verb.sentence) for verb in routes.verbs.values())
