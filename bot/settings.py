"""What the person who runs the bot decides. The one rule: a missing or wrong key is named, its value never printed.

Read from the environment, then from `.env`. Tokens are `SecretStr`: they never appear in a log or a traceback.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_SLACK_ID = re.compile(r"[UW][A-Z0-9]{2,}\Z")
_DATABASE = re.compile(r"sqlite(\+\w+)?:///(?!:memory:)[^?]+\Z|postgres(ql)?(\+\w+)?://[^\s/]*/[^\s/?]+(\?\S*)?\Z")
_PROJECT_ID = re.compile(r"[A-Za-z0-9_-]{0,64}\Z")
_COMMAND_PREFIX = re.compile(r"[a-z0-9_-]{0,20}\Z")

S = TypeVar("S", bound=BaseSettings)


class SettingsError(Exception):
    """The settings cannot be used; `problems` maps each key to a sentence."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(f"{key}: {why}" for key, why in problems.items()))
        self.problems = problems


def _database(value: str) -> str:
    if not _DATABASE.match(value):
        raise ValueError("give sqlite:///file.db, or postgresql://user:password@host/database")
    return value


class CutoverSettings(BaseSettings):
    """What is needed without Slack: Cutover, and the archive beside it."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", hide_input_in_errors=True, env_ignore_empty=True)

    cutover_api_url: str = Field(
        description="Base of Cutover's Public API, for example https://api.example.cutover.com"
    )
    cutover_api_token: SecretStr = Field(description="Token of the bot's own Cutover user")
    cutover_api_version: str = Field("2022-02-22", description="Api-Version header")
    cutover_core_url: str | None = Field(None, description="Core-Url header, where the instance needs it")
    bot_archive_url: Annotated[str, AfterValidator(_database)] = Field(
        "sqlite:///cutover-archive.db", description="Where the archive of all data is kept"
    )
    bot_archive_action_logs: bool = Field(False, description="Archive Cutover's audit log too: who did what")

    @field_validator("cutover_api_url", "slack_api_url", "capydb_api_url", check_fields=False)
    @classmethod
    def _url(cls, value: str) -> str:
        if not re.match(r"https?://[^\s/]+", value):
            raise ValueError("give a whole address that begins with https://")
        return value

    @field_validator(
        "cutover_api_token",
        "slack_bot_token",
        "slack_app_token",
        "slack_signing_secret",
        "slack_signing_secret_previous",
        "capydb_api_key",
        check_fields=False,
    )
    @classmethod
    def _no_white_space(cls, value: SecretStr | None) -> SecretStr | None:
        secret = value.get_secret_value() if value else "x"
        if not secret or secret != secret.strip() or any(ch.isspace() for ch in secret) or not secret.isascii():
            raise ValueError("it is empty or holds white space or odd characters; copy it again")
        return value


class StoreSettings(BaseSettings):
    """What is needed to read the bot's own database."""

    model_config = CutoverSettings.model_config

    bot_database_url: Annotated[str, AfterValidator(_database)] = Field(
        "sqlite+aiosqlite:///cutover-bot.db", description="Where the bot keeps its state"
    )
    bot_encryption_keys: SecretStr | None = Field(
        None,
        description="Keys for people's own Cutover tokens (id:base64, the first seals); `cutover-bot key` makes one",
    )


class Settings(CutoverSettings, StoreSettings):
    """All settings with their defaults. Keys are the environment's names in lower case."""

    slack_bot_token: SecretStr = Field(description="Bot token of the Slack app (xoxb-...)")
    slack_app_token: SecretStr | None = Field(None, description="App token (xapp-...): Socket Mode")
    slack_signing_secret: SecretStr | None = Field(None, description="Signing secret: HTTP delivery")
    slack_signing_secret_previous: SecretStr | None = Field(None, description="Old signing secret during rotation")
    slack_api_url: str = Field("https://slack.com/api/", description="Where Slack's Web API is; ends in /api/")
    slack_response_hosts: Annotated[tuple[str, ...], NoDecode] = Field((), description="More hosts for response_url")
    cutover_events_secret: SecretStr | None = Field(None, description="Bearer secret of Cutover's event webhooks")
    capydb_api_url: str = Field("https://capydb.dev/api/capydb", description="Base of CapyDB's API, before /v1")
    capydb_api_key: SecretStr | None = Field(None, description="CapyDB key, best one bound to a project")
    capydb_project_id: str = Field("", description="CapyDB project; empty: those that the key may list")
    bot_listen: str | None = Field(None, description="host:port for Slack's HTTP delivery")
    bot_public_url: str | None = Field(
        None, description="Where people reach BOT_LISTEN, by HTTPS: /cutover connect gives a link to a page there"
    )
    bot_health_listen: str | None = Field(None, description="host:port for /live /ready /metrics")
    bot_operators: Annotated[frozenset[str], NoDecode] = Field(frozenset(), description="Slack ids that may act live")
    bot_policy: Path | None = Field(None, description="YAML file: who may do what; see docs/trust.md")
    bot_archive_every: Annotated[int, Field(ge=0, le=10_080)] = Field(
        0, description="Minutes between two runs of the archive; 0: only when asked for"
    )
    bot_archive_live: bool = Field(False, description="Archive linked runs change by change")
    bot_service_mode: Literal["off", "rehearsal", "live"] = Field(
        "live", description="Where the bot's own account may act for people without a token of their own"
    )
    bot_command_prefix: str = Field("", description="Put before the command names, for example dr-")
    bot_log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")

    @field_validator("bot_operators", "slack_response_hosts", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("bot_operators")
    @classmethod
    def _slack_ids(cls, value: frozenset[str]) -> frozenset[str]:
        if any(not _SLACK_ID.match(one) for one in value):
            raise ValueError("give Slack user ids such as U012AB3CD, separated by commas")
        return value

    @field_validator("capydb_project_id")
    @classmethod
    def _project(cls, value: str) -> str:
        if not _PROJECT_ID.match(value):
            raise ValueError("give the project's id: letters, digits, - and _ only")
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _ends_in_api(cls, value: str) -> str:
        value = value if value.endswith("/") else value + "/"
        if not value.endswith("/api/"):
            raise ValueError("the address must end in /api/")
        return value

    @field_validator("bot_listen", "bot_health_listen")
    @classmethod
    def _host_port(cls, value: str | None) -> str | None:
        found = re.match(r"[^\s:/]+:(\d{1,5})\Z", value) if value is not None else None
        if value is not None and (found is None or int(found[1]) > 65535):
            raise ValueError("give host:port, for example 127.0.0.1:8080")
        return value

    @field_validator("bot_public_url")
    @classmethod
    def _https(cls, value: str | None) -> str | None:
        value = value.rstrip("/") if value is not None else None
        if value is not None and not re.match(
            r"(https://[^\s/?#@]+|http://(127\.0\.0\.1|localhost)(:\d+)?)(/[^\s?#]*)?\Z", value
        ):
            raise ValueError("give an address that begins with https://")
        return value

    @field_validator("bot_command_prefix")
    @classmethod
    def _prefix(cls, value: str) -> str:
        if not _COMMAND_PREFIX.match(value):
            raise ValueError("use at most 20 lower-case letters, digits, - and _")
        return value

    @field_validator("bot_log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("choose DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @model_validator(mode="after")
    def _one_delivery(self) -> Settings:
        if self.slack_app_token and self.slack_signing_secret:
            raise ValueError(
                "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set: a Slack app uses Socket Mode or HTTP, not both"
            )
        if not self.slack_app_token and not self.slack_signing_secret:
            raise ValueError("set SLACK_APP_TOKEN (Socket Mode), or SLACK_SIGNING_SECRET and BOT_LISTEN (HTTP)")
        if self.slack_signing_secret and not self.bot_listen:
            raise ValueError("BOT_LISTEN is needed with SLACK_SIGNING_SECRET: where Slack's requests arrive")
        if self.bot_public_url and not (self.bot_listen and self.bot_encryption_keys):
            raise ValueError("BOT_PUBLIC_URL needs BOT_LISTEN, which it leads to, and BOT_ENCRYPTION_KEYS")
        return self

    @property
    def uses_socket(self) -> bool:
        return self.slack_app_token is not None


def load(**given: Any) -> Settings:
    """Read the settings; `given` (tests, demo) come before the environment. Raises `SettingsError` naming each key."""
    return read(Settings, **given)


def read(kind: type[S], **given: Any) -> S:
    """The same for a part of them, `CutoverSettings` say."""
    try:
        return kind(**given)
    except ValidationError as error:
        problems: dict[str, str] = {}
        for item in error.errors(include_input=False, include_url=False):
            key = ".".join(str(part) for part in item["loc"]).upper() or "SETTINGS"
            problems[key] = "it is missing" if item["type"] == "missing" else item["msg"].removeprefix("Value error, ")
        raise SettingsError(problems) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError({".env": f"it cannot be read ({type(error).__name__})"}) from None
