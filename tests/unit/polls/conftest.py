from __future__ import annotations

from store_fixtures import database, opening, url

__all__ = ["database", "opening", "url"]
