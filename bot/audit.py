"""`cutover-bot audit`: check the trail, take it out. The one rule: it only reads."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TextIO, TypeVar

import typer

from bot.errors import BotError
from bot.settings import SettingsError, StoreSettings, read

if TYPE_CHECKING:
    import sqlalchemy as sa

    from bot.journal.verify import Report

T = TypeVar("T")
cli = typer.Typer(help="The audit trail: who wanted, who did, who was refused.", no_args_is_help=True)


class Format(StrEnum):
    """How the trail comes out."""

    JSONL = "jsonl"
    CSV = "csv"


@cli.command(name="verify")
def verify_trail(
    head: Annotated[
        list[str] | None, typer.Option(help="A head that an earlier check printed (writer:number:hash); repeatable.")
    ] = None,
) -> None:
    """Check every row of the audit trail; exit status 1 when something was changed, removed or cut."""
    from bot.identity.build import vault
    from bot.journal.verify import verify

    settings = _settings()
    try:
        keys = vault(settings)
        report = _read(settings, lambda connection: verify(connection, keys, head or ()))
    except ValueError as error:
        _stop(str(error))
    _print(report)
    sys.exit(1 if report.problems else 0)


@cli.command()
def export(
    form: Annotated[Format, typer.Option("--format", help="jsonl or csv.")] = Format.JSONL,
    since: Annotated[datetime | None, typer.Option(help="Only from this moment on (UTC).")] = None,
    output: Annotated[Path | None, typer.Option(help="A file instead of the standard output.")] = None,
) -> None:
    """Write the audit trail as JSON lines or as a table."""
    from bot.journal import export as exports

    lines = exports.csv_lines if form is Format.CSV else exports.json_lines
    start = since.replace(tzinfo=UTC).timestamp() if since else 0.0

    def write(connection: sa.Connection, out: TextIO) -> None:
        out.writelines(lines(connection, start))

    settings = _settings()
    if output is None:
        _read(settings, lambda connection: write(connection, sys.stdout))
        return
    with output.open("w", encoding="utf-8", newline="") as file:
        _read(settings, lambda connection: write(connection, file))


def _print(report: Report) -> None:
    for problem in report.problems:
        typer.echo(f"✗ {problem}")
    for note in report.notes:
        typer.echo(f"- {note}")
    typer.echo(f"{'✗' if report.problems else '✓'} {report.rows} rows in {len(report.heads)} chains")
    for head in report.heads:
        typer.echo(f"head {head}")
    if report.heads:
        typer.echo("Keep the heads outside of the database: `--head` finds later what was put back or made anew.")


def _settings() -> StoreSettings:
    try:
        return read(StoreSettings)
    except SettingsError as error:
        _stop("\n".join(f"{key}: {why}" for key, why in error.problems.items()))


def _read(settings: StoreSettings, unit: Callable[[sa.Connection], T]) -> T:
    from bot.store import Database
    from bot.store.check import check

    async def work() -> T:
        database = Database(settings.bot_database_url)
        try:
            await database.open()
            return await database.read(unit)
        finally:
            await database.close()

    try:
        if "will be made" in check(settings.bot_database_url):
            _stop("There is no database there: see BOT_DATABASE_URL.")
        return asyncio.run(work())
    except BotError as error:
        _stop(f"{error.sentence} {error.hint}".strip())


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    sys.exit(2)
