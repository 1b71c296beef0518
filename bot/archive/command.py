"""`cutover-bot archive ...`. The one rule: the exit status tells a script whether the copy is whole.

0: complete. 1: something is missing, and what it is stands in the output. 2: it could not run (settings, token, disk).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from bot.archive import report
from bot.archive.source import Source
from bot.errors import BotError
from bot.settings import CutoverSettings, SettingsError, read

if TYPE_CHECKING:
    from bot.archive.database import Database
    from bot.archive.scope import Scope

cli = typer.Typer(help="Your own copy of all runbook data, with its history.", no_args_is_help=True)
T = TypeVar("T")
_LOOK = 5.0
STAGES = ("planning", "active", "paused", "canceled", "complete")


@cli.command()
def sync(
    workspace: Annotated[str | None, typer.Option(help="Only this workspace: id, key or name.")] = None,
    folder: Annotated[str | None, typer.Option(help="Only this folder: id, key or name.")] = None,
    runbook_type: Annotated[str | None, typer.Option(help="Only this runbook type: id, key or name.")] = None,
    runbook: Annotated[str | None, typer.Option(help="Only this runbook: id.")] = None,
    stage: Annotated[list[str] | None, typer.Option(help="Only runbooks in this stage; may be repeated.")] = None,
    template: Annotated[bool | None, typer.Option(help="Only templates, or no templates.")] = None,
    incremental: Annotated[
        bool, typer.Option(help="Tasks: only what is stamped as new. Silent edits are missed.")
    ] = False,
    sweep: Annotated[
        float | None, typer.Option(help="With --incremental: full if the last full run is older (hours).")
    ] = 24,
    connections: Annotated[int, typer.Option(help="Requests at once; fewer after Cutover says 429.", min=1)] = 4,
    watch: Annotated[bool, typer.Option(help="Go on until Ctrl+C: what runs is read every five seconds.")] = False,
    every: Annotated[float, typer.Option(help="With --watch: minutes between two runs over everything.", min=1)] = 60,
) -> None:
    """Read everything from Cutover and add what changed to the log. A run that was cut off is taken up again."""
    from bot.archive.progress import shown
    from bot.archive.runs import FULL, INCREMENTAL
    from bot.archive.scope import Scope
    from bot.archive.sync import sync as bring_up_to_date

    unknown = [one for one in stage or () if one not in STAGES]
    if unknown:
        _stop(f"There is no stage {unknown[0]}.", f"Stages are {', '.join(STAGES)}.")
    scope = Scope(workspace, folder, runbook_type, runbook, tuple(stage or ()), template)
    mode = INCREMENTAL if incremental else FULL
    if watch:
        _attend(scope, every)
        return
    with _told():
        settings = read(CutoverSettings)
        source, url = Source.of(settings), settings.bot_archive_url
        with shown() as progress:
            work = bring_up_to_date(url, source, scope, progress, connections=connections, mode=mode, sweep_hours=sweep)
            outcome = _run(work)
    for line in report.outcome(outcome):
        typer.echo(line)
    sys.exit(0 if outcome.status == "complete" else 1)


def _attend(scope: Scope, every: float) -> None:
    """Without end; each run is a line of the log."""
    from bot.archive.keeper import Keeper
    from bot.clock import Clock

    if not scope.everything:
        _stop("--watch follows everything that runs.", "Leave the filters out, or run without --watch.")
    with _told():
        settings = read(CutoverSettings)
        _run(Keeper(settings.bot_archive_url, Source.of(settings), Clock(), every=every * 60, look=_LOOK).run())


@cli.command()
def verify(
    quick: Annotated[bool, typer.Option(help="Counts only; do not read every row of the log.")] = False,
) -> None:
    """Is the copy whole? Counts against Cutover's, payloads against their hashes."""
    from bot.archive.verify import verify as examine

    with _told(), _archive() as database:
        found = examine(database, deep=not quick)
    for line in report.verification(found):
        typer.echo(line)
    sys.exit(1 if found.problems else 0)


@cli.command()
def status() -> None:
    """What is in the archive, the last runs, and how far each target is."""
    from bot.archive.verify import status as numbers

    with _told(), _archive() as database:
        for line in report.status(numbers(database)):
            typer.echo(line)


@cli.command()
def history(
    kind: Annotated[str, typer.Argument(help="task, runbook, stream, comment, user ...")],
    which: Annotated[str, typer.Argument(help="Its id, or a part of its name.")],
    runbook: Annotated[str | None, typer.Option(help="In this runbook: id.")] = None,
    json: Annotated[bool, typer.Option("--json", help="JSON lines, with the resource as Cutover sent it.")] = False,
) -> None:
    """What happened to one task (or runbook, stream ...), change by change."""
    from bot.archive.history import find
    from bot.archive.history import history as happened

    with _told(), _archive() as database:
        known = find(database, kind, which, runbook)
        for line in report.history(known, happened(database, known), json):
            typer.echo(line)


@cli.command(name="as-of")
def as_of(
    when: Annotated[str, typer.Argument(help="2026-11-20T09:00Z; without a zone it is UTC.")],
    runbook: Annotated[str | None, typer.Option(help="This runbook with its lists: id.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind: task, runbook, stream ...")] = None,
    json: Annotated[bool, typer.Option("--json", help="JSON lines, with the resource as Cutover sent it.")] = False,
) -> None:
    """How everything stood at a moment, as far as the bot had seen it."""
    from bot.archive.history import as_of as stood
    from bot.archive.history import moment

    with _told(), _archive() as database:
        for line in report.states(stood(database, moment(when), runbook=runbook, kind=kind), json):
            typer.echo(line)


@cli.command()
def ship(
    target: Annotated[str, typer.Argument(help="jsonl:DIR csv:DIR parquet:DIR delta:DIR postgresql://... dlt:NAME")],
) -> None:
    """Forward the log; only what the target does not have yet."""
    from bot.archive import schema
    from bot.archive.database import open_archive
    from bot.archive.ship import open_target
    from bot.archive.ship import ship as forward
    from bot.clock import Clock

    with _told(), closing(open_archive(_url(), write=True, make=False)) as database:
        schema.check(database)
        with closing(open_target(target)) as place:
            done = forward(database, place, Clock())
    typer.echo(f"{done.target}: {f'{done.rows} rows added' if done.rows else 'nothing new'}, up to row {done.last}.")


@contextmanager
def _archive() -> Iterator[Database]:
    from bot.archive import schema
    from bot.archive.database import open_archive

    database = open_archive(_url(), write=False)
    try:
        schema.check(database)
        yield database
    finally:
        database.close()


def _run(work: Coroutine[Any, Any, T]) -> T:
    """On uvloop where there is one."""
    if sys.platform == "win32":
        return asyncio.run(work)
    import uvloop

    return uvloop.run(work)


def _url() -> str:
    """Reading the archive needs neither Cutover nor Slack."""
    return read(CutoverSettings, cutover_api_url="https://nowhere", cutover_api_token="-").bot_archive_url  # noqa: S106


@contextmanager
def _told() -> Iterator[None]:
    """Errors as two lines on stderr."""
    try:
        yield
    except SettingsError as error:
        _stop("These settings are missing or wrong:", *(f"  {key}: {why}" for key, why in error.problems.items()))
    except BotError as error:
        _stop(error.sentence, error.hint)
    except KeyboardInterrupt:
        _stop("Stopped.", "The next run goes on from here.")


def _stop(*lines: str) -> NoReturn:
    for line in lines:
        if line:
            typer.echo(line, err=True)
    sys.exit(2)
