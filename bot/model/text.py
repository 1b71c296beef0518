"""Text that people or Cutover wrote. The one rule: it never becomes markup by accident.

`Text` is not a `str`: it cannot be concatenated or formatted into a sentence, so a task called
`<!channel>` cannot reach Slack unescaped. Only `bot.blocks` reads `raw`, and escapes it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """One piece of untrusted text, kept exactly as it was read."""

    raw: str = ""

    def __str__(self) -> str:
        raise TypeError("Text is untrusted: pass it to bot.blocks, do not format it")

    def __format__(self, spec: str) -> str:
        raise TypeError("Text is untrusted: pass it to bot.blocks, do not format it")

    def __bool__(self) -> bool:
        return bool(self.raw.strip())

    def contains(self, words: str) -> bool:
        """Whether every word of `words` occurs, ignoring case."""
        folded = self.raw.casefold()
        return all(word in folded for word in words.casefold().split())


EMPTY = Text("")
