"""A go/no-go poll. The one rule: a go needs the quorum and nobody against; silence is not consent.

msgspec structs, because they are kept as JSON. Moments are Unix seconds; names are as they were when it was opened.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Choice(StrEnum):
    """What a person can say."""

    GO = "go"
    NO_GO = "no_go"
    ABSTAIN = "abstain"


class Verdict(StrEnum):
    """How a poll ended. `undecided`: nobody against, and too few for it."""

    GO = "go"
    NO_GO = "no_go"
    UNDECIDED = "undecided"


class Voter(msgspec.Struct, frozen=True):
    """A Slack user who is asked, with the role in which they are."""

    user: str
    name: str
    role: str = ""


class Poll(msgspec.Struct, frozen=True):
    """`votes` by Slack id. `cards`: how often its post was drawn. `closed_by`: who ended it before its time.
    `tries`: how often its result could not be written into Cutover."""

    key: str
    team: str
    channel: str
    runbook: str
    task: str
    task_name: str
    question: str
    voters: tuple[Voter, ...]
    quorum: int
    by: str
    by_name: str
    at: float
    closes_at: float
    votes: dict[str, Choice] = {}
    cards: int = 0
    closed_by: str = ""
    tries: int = 0
    verdict: Verdict | None = None

    def count(self, choice: Choice) -> int:
        return sum(one == choice for one in self.votes.values())

    @property
    def all_voted(self) -> bool:
        return all(voter.user in self.votes for voter in self.voters)

    def is_due(self, now: float) -> bool:
        """Whether it is to be closed: all have voted, somebody ended it, or its time is over."""
        return self.verdict is None and (self.all_voted or bool(self.closed_by) or now >= self.closes_at)

    def decide(self) -> Verdict:
        """What the votes so far say."""
        if self.count(Choice.NO_GO):
            return Verdict.NO_GO
        return Verdict.GO if self.count(Choice.GO) >= self.quorum else Verdict.UNDECIDED
