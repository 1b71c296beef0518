"""A CapyDB of your own: cutover requests that open, are acknowledged, run and complete, by a simulated operator."""

from .server import EmbeddedCapyDB

__all__ = ["EmbeddedCapyDB"]
