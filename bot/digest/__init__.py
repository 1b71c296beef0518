"""Digests and reminders: what time brings. The one rule: a slot is one letter, however many replicas watch."""
