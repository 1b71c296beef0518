"""CapyDB's API for cutover requests. The one rule: reading is lenient, and a request is sent at most once."""

from bot.capydb.client import CapyClient
from bot.capydb.transport import CapyTransport

__all__ = ["CapyClient", "CapyTransport"]
