"""The bot's own state on disk: tables, migrations, and one writer. The one rule: a unit of work is one transaction."""

from bot.store.claims import LeaseLost
from bot.store.database import Database
from bot.store.links import Link, Links

__all__ = ["Database", "LeaseLost", "Link", "Links"]
