"""What can go wrong with the archive itself. The one rule: the log is intact whenever one of these is raised."""

from __future__ import annotations

from bot.errors import BotError


class ArchiveError(BotError):
    """The archive, or a target it is shipped to, cannot be used. Nothing half done was kept."""

    code = "archive"


class ArchiveBusy(ArchiveError):
    """Another process is writing to the same archive."""

    code = "archive_busy"
