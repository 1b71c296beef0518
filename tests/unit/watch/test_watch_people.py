"""Mentions by e-mail, remembered; who cannot be found is named, and nothing fails."""

from __future__ import annotations

from typing import Any

import pytest
from watch_world import snapshot, task

from bot.clock import ManualClock
from bot.errors import SlackError, Unavailable
from bot.journal import Intent
from bot.model import Person, Ref, Text
from bot.watch.diff import diff
from bot.watch.people import Doers, Mentions

SAM, MEI, TEAM = Ref("user", "402"), Ref("user", "403"), Ref("runbook_team", "1")


class Catalogue:
    async def person(self, key: str) -> Person | None:
        if key == "down":
            raise Unavailable("Cutover cannot be reached.")
        return None if key == "none" else Person(key, email=f"{key}@harbour.example")


class Slack:
    def __init__(self, answers: Any) -> None:
        self.answers, self.asked = answers, list[str]()

    async def call(self, method: str, *, email: str, patience: float) -> dict[str, Any]:
        self.asked.append(email)
        found = self.answers.get(email, "users_not_found")
        if isinstance(found, str):
            raise SlackError(found, method=method)
        return {"user": found}


def mentions(**answers: Any) -> tuple[Mentions, Slack, ManualClock]:
    slack, clock = Slack({f"{key.strip('_')}@harbour.example": one for key, one in answers.items()}), ManualClock()
    return Mentions(slack, Catalogue(), clock), slack, clock  # type: ignore[arg-type]


async def test_people_are_found_by_their_address_and_remembered_for_an_hour() -> None:
    found, slack, clock = mentions(_402={"id": "U2"})
    assert await found.of([SAM, MEI, TEAM, SAM]) == {SAM: "U2"}
    assert await found.of([SAM, MEI]) == {SAM: "U2"}
    assert len(slack.asked) == 2
    clock.advance(3_601)
    await found.of([SAM])
    assert len(slack.asked) == 3


async def test_an_account_that_is_gone_is_not_mentioned() -> None:
    found, _, _ = mentions(_402={"id": "U2", "deleted": True})
    assert await found.of([SAM]) == {}


async def test_without_the_scope_slack_is_not_asked_again_for_an_hour() -> None:
    found, slack, clock = mentions(_402="missing_scope", _403="missing_scope")
    assert await found.of([SAM]) == {}
    assert await found.of([MEI]) == {}
    assert len(slack.asked) == 1
    clock.advance(3_601)
    await found.of([MEI])
    assert len(slack.asked) == 2


@pytest.mark.parametrize("trouble", ["ratelimited", "unreachable", "internal_error"])
async def test_trouble_of_the_moment_is_not_remembered(trouble: str) -> None:
    found, slack, _ = mentions(_402=trouble)
    assert await found.of([SAM]) == {}
    slack.answers["402@harbour.example"] = {"id": "U2"}
    assert await found.of([SAM]) == {SAM: "U2"}


async def test_who_cannot_be_read_in_cutover_is_left_out() -> None:
    found, _, _ = mentions(_402={"id": "U2"})
    assert await found.of([Ref("user", "down"), Ref("user", "none"), SAM]) == {SAM: "U2"}


async def test_what_nobody_did_has_no_doer() -> None:
    class Said:
        async def last(self, runbook_id: str, task_id: str, verbs: tuple[str, ...]) -> Any:
            return Intent("i", 1e9, "T1", "U1", Text("Dana Okafor"), verbs[0], runbook_id, task_id), None

    old = snapshot(task("1"), task("2"), task("3"))
    kinds = ("complete_normal", "complete_auto", "complete_abandoned")
    new = snapshot(*(task(str(n + 1), "complete", completion_type=kind) for n, kind in enumerate(kinds)))
    doers = Doers(Said(), Catalogue(), mentions()[0], ManualClock())  # type: ignore[arg-type]
    found = await doers.of(old, diff(old, new))
    assert {key: doer.name.raw for key, doer in found.items()} == {"1": "Dana Okafor"}
