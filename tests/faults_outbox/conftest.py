"""Both databases, and a source of changes in them."""

from __future__ import annotations

from store_fixtures import database, opening, url

__all__ = ["database", "opening", "url"]
