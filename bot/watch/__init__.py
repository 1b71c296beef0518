"""Watching linked runbooks. The one rule: a poll costs what changed, and nobody hears the same thing twice."""
