"""Embedded servers that play Cutover, Slack and CapyDB; nothing here imports any other part of the bot."""
