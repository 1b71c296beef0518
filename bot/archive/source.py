"""Which Cutover an archive is a copy of. The one rule: the token is in no text that is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yarl import URL

if TYPE_CHECKING:
    from bot.settings import CutoverSettings


@dataclass(frozen=True, slots=True)
class Source:
    """Address, token and version, as the settings have them. `action_logs`: its audit log is wanted too."""

    url: str
    token: str
    api_version: str
    core_url: str | None = None
    action_logs: bool = False

    @classmethod
    def of(cls, settings: CutoverSettings) -> Source:
        """What the settings say."""
        token = settings.cutover_api_token.get_secret_value()
        return cls(
            settings.cutover_api_url,
            token,
            settings.cutover_api_version,
            settings.cutover_core_url,
            settings.bot_archive_action_logs,
        )

    def __repr__(self) -> str:
        return f"Source({self.url!r})"

    @property
    def host(self) -> str:
        """What an archive remembers of its source."""
        url = URL(self.url)
        return f"{url.host}:{url.port}{url.path.rstrip('/')}"
