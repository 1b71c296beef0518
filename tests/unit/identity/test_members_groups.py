"""What Slack says of people and groups, as the policy asks for it: fresh, and nobody is let in on silence."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.errors import NotAllowed, SlackError
from bot.identity.groups import UserGroups
from bot.slack.people import People

HOME, SAM = "T0HARBOUR01", "U0SAM000002"


class Web:
    """Answers calls from `answers`; an exception in there is raised. `asked` counts."""

    def __init__(self, **answers: Any) -> None:
        self.answers, self.asked = answers, 0
        self.wait: asyncio.Event | None = None

    async def call(self, method: str, /, **args: Any) -> Any:
        self.asked += 1
        if self.wait is not None:
            await self.wait.wait()
        answer = self.answers[method.replace(".", "_")]
        if isinstance(answer, Exception):
            raise answer
        return answer


def people(clock: ManualClock, home: str = HOME, **user: Any) -> tuple[People, Web]:
    web = Web(users_info={"ok": True, "user": {"id": SAM, "name": "sam", **user}})
    return People(web, clock, lambda: home), web  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("user", "outside"),
    [
        ({}, False),
        ({"team_id": HOME}, False),
        ({"is_stranger": True}, True),
        ({"team_id": "T0OTHER0001"}, True),
        ({"team_id": "T0OTHER0001", "is_stranger": False}, True),
        ({"team_id": "T0OTHER0001", "enterprise_user": {"teams": ["T0OTHER0001", HOME]}}, False),
        ({"team_id": "T0OTHER0001", "enterprise_user": {"teams": ["T0OTHER0001"]}}, True),
        ({"team_id": "T0OTHER0001", "enterprise_user": {"teams": "T0HARBOUR01"}}, True),
    ],
)
async def test_who_is_of_another_workspace(user: dict[str, Any], outside: bool) -> None:
    member = await people(ManualClock(), **user)[0].known(SAM)
    assert member is not None
    assert member.is_outside is outside


async def test_what_decides_is_half_a_minute_old_at_most() -> None:
    clock = ManualClock()
    one, web = people(clock)
    await one.known(SAM)
    web.answers["users_info"]["user"]["is_restricted"] = True
    clock.advance(29)
    assert (await one.known(SAM) or None).is_guest is False  # type: ignore[union-attr]
    assert web.asked == 1
    clock.advance(1)
    assert (await one.known(SAM) or None).is_guest is True  # type: ignore[union-attr]
    clock.advance(300)
    await one.member(SAM)
    assert web.asked == 2, "a name may be older"


async def test_before_the_own_workspace_is_known_nothing_is_remembered_for_long() -> None:
    clock = ManualClock()
    one, web = people(clock, home="")
    await one.known(SAM)
    await one.known(SAM)
    assert web.asked == 2


@pytest.mark.parametrize("trouble", ["user_not_found", "ratelimited", "internal_error"])
async def test_silence_is_told_as_such_and_asked_again(trouble: str) -> None:
    one, web = people(ManualClock())
    good, web.answers["users_info"] = web.answers["users_info"], SlackError(trouble, method="users.info")
    assert await one.known(SAM) is None
    assert (await one.member(SAM)).told is False
    assert await one.known(SAM) is None
    web.answers["users_info"] = good
    assert await one.known(SAM) is not None


async def test_ten_presses_at_once_ask_once() -> None:
    one, web = people(ManualClock())
    web.wait = asyncio.Event()
    asking = [asyncio.create_task(one.known(SAM)) for _ in range(10)]
    await asyncio.sleep(0)
    web.wait.set()
    assert all(member is not None for member in await asyncio.gather(*asking))
    assert web.asked == 1


async def test_a_group_is_asked_twice_a_minute_at_most() -> None:
    clock, web = ManualClock(), Web(usergroups_users_list={"ok": True, "users": [SAM]})
    groups = UserGroups(web, clock)  # type: ignore[arg-type]
    assert await groups.holds("S1", SAM)
    web.answers["usergroups_users_list"] = {"ok": True, "users": []}
    clock.advance(29)
    assert await groups.holds("S1", SAM)
    clock.advance(1)
    assert not await groups.holds("S1", SAM)
    assert web.asked == 2


@pytest.mark.parametrize("error", ["no_such_subteam", "subteam_disabled"])
async def test_a_group_that_is_gone_holds_nobody(error: str) -> None:
    groups = UserGroups(Web(usergroups_users_list=SlackError(error, method="x")), ManualClock())  # type: ignore[arg-type]
    assert not await groups.holds("S1", SAM)


@pytest.mark.parametrize(("error", "hint"), [("missing_scope", "usergroups:read"), ("ratelimited", "Try again")])
async def test_a_group_that_slack_does_not_tell_of_lets_nobody_in(error: str, hint: str) -> None:
    groups = UserGroups(Web(usergroups_users_list=SlackError(error, method="x")), ManualClock())  # type: ignore[arg-type]
    with pytest.raises(NotAllowed) as caught:
        await groups.holds("S1", SAM)
    assert hint in caught.value.hint


@pytest.mark.parametrize("users", [None, "U0SAM000002", {}])
async def test_nonsense_from_slack_holds_nobody(users: Any) -> None:
    groups = UserGroups(Web(usergroups_users_list={"ok": True, "users": users}), ManualClock())  # type: ignore[arg-type]
    assert not await groups.holds("S1", SAM)
