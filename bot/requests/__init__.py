"""CapyDB cutover requests, asked for and followed. The one rule: a task is finished only where a person chose so."""
