"""The `cutover-bot` command line. The one rule: it parses and delegates; what it does lives elsewhere."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from bot import logs
from bot.archive.command import cli as archive
from bot.audit import cli as audit
from bot.settings import Settings, SettingsError, load

cli = typer.Typer(
    help="Run Cutover runbooks from Slack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a pretty traceback shows local variables, and those hold tokens
)
sandbox = typer.Typer(help="Embedded servers to try things out, loopback only by default.", no_args_is_help=True)
cli.add_typer(sandbox, name="sandbox")
cli.add_typer(archive, name="archive")
cli.add_typer(audit, name="audit")


@cli.command()
def run() -> None:
    """Run the bot with the settings of the environment or `.env`, until SIGTERM."""
    gc.disable()  # imports make much and no garbage; `put_loop_first` switches it on once the bot runs
    from bot import app

    settings = _settings()
    logs.configure(settings.bot_log_level)
    _go(app.run(settings))


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the Slack page.")] = 8800,
    cutover_port: Annotated[int, typer.Option(help="Port of the embedded Cutover.")] = 8900,
    world: Annotated[str, typer.Option(help="failover, small, a world file, or generate:...")] = "failover",
    speed: Annotated[float, typer.Option(help="World seconds per second; colleagues act by themselves.", min=0)] = 10.0,
) -> None:
    """Try everything without any account: embedded Slack with a page, embedded Cutover and CapyDB, and the bot."""
    from bot import demo as demonstration

    logs.configure("WARNING")
    _go(demonstration.serve(port, cutover_port, world, speed))


@cli.command()
def doctor() -> None:
    """Check settings, tokens, scopes, reachability and API version, and say what to do."""
    from bot import doctor as practice

    logs.configure("ERROR")
    sys.exit(0 if asyncio.run(practice.examine(print)) else 1)


@cli.command()
def key(
    name: Annotated[str, typer.Argument(help="Its id: another one for each key, up to 20 letters and digits.")] = "k1",
) -> None:
    """Print a fresh key for BOT_ENCRYPTION_KEYS. To change keys, put the new one before the old one."""
    from bot.identity.vault import Vault, make_key

    made = make_key(name)
    try:
        Vault(made)
    except ValueError:
        _stop("The id of a key has up to 20 letters, digits, - and _.")
    typer.echo(made)


@cli.command(name="manifest")
def show_manifest(
    http: Annotated[
        str | None, typer.Option(help="Public https address of the bot: HTTP instead of Socket Mode.")
    ] = None,
    prefix: Annotated[str, typer.Option(help="BOT_COMMAND_PREFIX, put before all commands.")] = "",
) -> None:
    """Print the Slack app manifest (YAML)."""
    from bot import manifest

    if http and not http.startswith("https://"):
        _stop("--http needs an address that begins with https://: Slack delivers to nothing else.")
    url = f"{http.rstrip('/').removesuffix('/slack/events')}/slack/events" if http else None
    typer.echo(manifest.text(prefix, url), nl=False)


@sandbox.command(name="cutover")
def sandbox_cutover(
    host: str = "127.0.0.1",
    port: int = 8900,
    world: Annotated[str, typer.Option(help="failover, small, a world file, or generate:...")] = "failover",
    speed: Annotated[float, typer.Option(help="World seconds per second; 0: time stands still.", min=0)] = 1.0,
    state: Annotated[Path | None, typer.Option(help="File that keeps the world over restarts.")] = None,
    faults: Annotated[Path | None, typer.Option(help="Faults ordered from the start (JSON).")] = None,
    events_url: Annotated[str | None, typer.Option(help="Where event webhooks are posted.")] = None,
    events_secret: Annotated[str | None, typer.Option(help="Their bearer token.")] = None,
    without: Annotated[str, typer.Option(help="`additions`: only what the reference has.")] = "",
) -> None:
    """A small Cutover that really runs its runbooks (docs/sandbox-cutover.md)."""
    from bot.sandbox.cutover.command import serve

    if without not in ("", "additions"):
        _stop("--without knows one word: additions.")
    _go(serve(host, port, world, speed, state, faults, events_url, events_secret, additions=not without))


@sandbox.command(name="capydb")
def sandbox_capydb(
    host: str = "127.0.0.1",
    port: int = 8950,
    speed: Annotated[float, typer.Option(help="World seconds per second; 0: time stands still.", min=0)] = 1.0,
    faults: Annotated[Path | None, typer.Option(help="Faults ordered from the start (JSON).")] = None,
) -> None:
    """A small CapyDB with an operator who takes cutover requests up (docs/capydb.md)."""
    from bot.sandbox.capydb.command import serve

    _go(serve(host, port, speed, faults))


@sandbox.command(name="slack")
def sandbox_slack(
    host: str = "127.0.0.1",
    port: int = 8800,
    delivery: Annotated[str, typer.Option(help="socket or http.")] = "socket",
    request_url: Annotated[str | None, typer.Option(help="Where the app listens, with --delivery http.")] = None,
    manifest: Annotated[Path | None, typer.Option(help="Slack app manifest that registers the app.")] = None,
    limits: Annotated[bool, typer.Option(help="Slack's rate limits.")] = True,
) -> None:
    """A local Slack with a page and a control interface (docs/sandbox-slack.md)."""
    from bot.sandbox.slack.command import serve

    if delivery not in ("socket", "http"):
        _stop("--delivery is socket or http.")
    _go(serve(host, port, delivery, request_url, manifest, limits))


def _settings() -> Settings:
    try:
        return load()
    except SettingsError as error:
        lines = [f"  {key}: {why}" for key, why in error.problems.items()]
        _stop("\n".join(["These settings are missing or wrong:", *lines, "`cutover-bot doctor` checks the rest."]))


def _go(work: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where there is one; Ctrl+C is an end, not a traceback."""
    from bot.errors import BotError

    try:
        if sys.platform == "win32":
            asyncio.run(work)
        else:
            import uvloop

            uvloop.run(work)
    except KeyboardInterrupt:
        sys.exit(0)
    except BotError as error:
        _stop(" ".join(part for part in (error.sentence, error.hint) if part))
    except (OSError, ValueError) as error:
        _stop(f"Cannot start: {error}")


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    sys.exit(2)


def main() -> None:
    """Entry point of the `cutover-bot` command."""
    cli()


if __name__ == "__main__":
    main()
