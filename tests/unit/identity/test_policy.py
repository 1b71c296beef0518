"""What a Slack user may do: ids decide, default deny, and Slack's word on somebody only takes away."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.errors import NotAllowed
from bot.identity import Actor, Policy, Right
from bot.identity.rules import DEFAULTS, Grant, Rules
from bot.model import RunType, Text
from bot.slack.people import Member

DANA = Actor("T1", "U0DANA00001", Text("Dana Okafor"))
SAM = Actor("T1", "U0SAM000002", Text("U0DANA00001"))  # a name is only a name, even when it is an operator's id
MEI = Actor("T1", "U0MEI000003", Text("Mei Lin"))
GIL = Actor("T1", "U0GIL000008", Text("Gil Tan"))
WRITING = [right for right in Right if right is not Right.VIEW]


class Slack:
    """What Slack says of people; nothing of who is not here. `groups`: who is in which user group."""

    def __init__(self, **flags: bool) -> None:
        self.members = {one.user_id: Member(one.user_id, one.name) for one in (DANA, SAM, MEI)}
        self.members[GIL.user_id] = Member(GIL.user_id, GIL.name, **(flags or {"is_guest": True}))
        self.groups = {"S0LEADS": {MEI.user_id, GIL.user_id}}
        self.asked = 0

    async def known(self, user_id: str) -> Member | None:
        self.asked += 1
        return self.members.get(user_id)

    async def holds(self, group_id: str, user_id: str) -> bool:
        return user_id in self.groups.get(group_id, ())


def policy(slack: Slack | None = None, file: Path | None = None, clock: ManualClock | None = None) -> Policy:
    slack = slack or Slack()
    return Policy({DANA.user_id}, clock or ManualClock(), slack, slack, file)


def written(folder: Path, text: str) -> Path:
    path = folder / "policy.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("right", [Right.VIEW, Right.WORK, Right.STATUS, Right.RUN_REHEARSAL, Right.LINKS])
async def test_without_a_file_full_members_do_everyday_work(right: Right) -> None:
    assert await policy().check(SAM, right) == "default"


@pytest.mark.parametrize("right", [Right.RUN_LIVE, Right.REQUEST, Right.ADMIN])
async def test_without_a_file_live_runs_and_administration_are_for_operators(right: Right) -> None:
    assert await policy().check(DANA, right) == "operator"
    with pytest.raises(NotAllowed, match="Only operators may") as caught:
        await policy().check(SAM, right)
    assert "BOT_OPERATORS" in caught.value.hint
    assert ("A rehearsal is open to you" in caught.value.hint) is (right is Right.RUN_LIVE)


async def test_nobody_is_an_operator_by_name_or_by_nothing() -> None:
    assert not policy().is_operator(SAM.name.raw + " ")
    assert not Policy(frozenset(), ManualClock()).is_operator("")


@pytest.mark.parametrize("flag", ["is_guest", "is_outside", "is_bot", "deleted"])
@pytest.mark.parametrize("right", WRITING)
async def test_who_is_no_full_member_writes_nothing(flag: str, right: Right) -> None:
    with pytest.raises(NotAllowed):
        await policy(Slack(**{flag: True})).check(GIL, right)


@pytest.mark.parametrize(
    ("flag", "reads"), [("is_guest", True), ("is_outside", True), ("is_bot", False), ("deleted", False)]
)
async def test_without_a_file_guests_read(flag: str, reads: bool) -> None:
    assert await policy(Slack(**{flag: True})).allows(GIL, Right.VIEW) is reads


async def test_whom_slack_does_not_tell_of_has_to_wait_and_may_read() -> None:
    slack = Slack()
    slack.members.clear()
    with pytest.raises(NotAllowed, match="Slack does not tell"):
        await policy(slack).check(SAM, Right.WORK)
    assert await policy(slack).check(SAM, Right.VIEW) == "default"
    assert await policy(slack).check(DANA, Right.RUN_LIVE) == "operator"


@pytest.mark.parametrize("run_type", ["live", "", "LIVE", "something new", None])
def test_what_is_not_a_rehearsal_is_cancelled_as_a_live_run(run_type: str | None) -> None:
    assert policy().right_of_turn("cancel", run_type) is Right.RUN_LIVE
    assert policy().right_of_turn("cancel", RunType.REHEARSAL) is Right.RUN_REHEARSAL


def test_pausing_a_live_run_takes_more_only_where_a_file_says_who(tmp_path: Path) -> None:
    own = policy(file=written(tmp_path, "grants: [{may: [view], everyone: true}]"))
    for action in ("pause", "resume"):
        assert policy().right_of_turn(action, "live") is Right.RUN_REHEARSAL
        assert own.right_of_turn(action, "live") is Right.RUN_LIVE
        assert own.right_of_turn(action, RunType.REHEARSAL) is Right.RUN_REHEARSAL


GRANTS = """
grants:
  - {may: [view], everyone: true}
  - {may: [work, status], groups: [S0LEADS]}
  - {may: [run_live], users: [U0SAM000002], channels: [C0DCFAILOVR]}
  - {may: [view, work], users: [U0GIL000008]}
"""


async def test_with_a_file_what_is_not_granted_is_refused(tmp_path: Path) -> None:
    rules = policy(file=written(tmp_path, GRANTS))
    assert await rules.check(MEI, Right.WORK) == "grant 2"
    assert await rules.check(SAM, Right.VIEW) == "grant 1"
    for actor, right in ((SAM, Right.WORK), (MEI, Right.RUN_LIVE), (SAM, Right.LINKS), (MEI, Right.ADMIN)):
        with pytest.raises(NotAllowed, match="You may not"):
            await rules.check(actor, right, "C0DCFAILOVR")


async def test_a_grant_for_a_channel_holds_there_only(tmp_path: Path) -> None:
    rules = policy(file=written(tmp_path, GRANTS))
    assert await rules.check(SAM, Right.RUN_LIVE, "C0DCFAILOVR") == "grant 3"
    for elsewhere in ("C0GENERAL01", ""):
        assert not await rules.allows(SAM, Right.RUN_LIVE, elsewhere)


async def test_a_guest_has_what_names_their_id_and_nothing_by_group(tmp_path: Path) -> None:
    rules = policy(file=written(tmp_path, GRANTS))
    assert await rules.check(GIL, Right.WORK) == "grant 4"
    with pytest.raises(NotAllowed, match="Guests may not"):
        await rules.check(GIL, Right.STATUS)


async def test_operators_keep_everything_with_a_file(tmp_path: Path) -> None:
    rules = policy(file=written(tmp_path, GRANTS))
    assert [await rules.check(DANA, right) for right in Right] == ["operator"] * len(Right)


async def test_who_is_taken_out_of_the_file_is_refused_seconds_later(tmp_path: Path) -> None:
    clock = ManualClock()
    path = written(tmp_path, GRANTS)
    rules = policy(file=path, clock=clock)
    assert await rules.allows(MEI, Right.WORK)
    path.write_text("grants: [{may: [view], everyone: true}]")
    clock.advance(5)
    assert not await rules.allows(MEI, Right.WORK)


@pytest.mark.parametrize("broken", ["grants: [", "", "grants: []"])
async def test_a_file_that_breaks_later_leaves_the_rules_as_they_were(tmp_path: Path, broken: str) -> None:
    clock = ManualClock()
    path = written(tmp_path, GRANTS)
    rules = policy(file=path, clock=clock)
    path.write_text(broken)
    clock.advance(5)
    assert await rules.allows(MEI, Right.WORK)
    os.unlink(path)
    clock.advance(5)
    assert await rules.allows(MEI, Right.WORK)
    assert not await rules.allows(SAM, Right.WORK)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("grants: [{may: [veiw], everyone: true}]", r"grants\.0\.may"),
        ("grants: [{may: [], everyone: true}]", r"grants\.0\.may"),
        ("grants: [{may: [work]}]", "name somebody"),
        ("grants: [{may: [work], users: [dana]}]", "not the id of a user"),
        ("grants: [{may: [work], groups: [U0DANA00001]}]", "not the id of a user group"),
        ("grants: [{may: [work], users: [U0DANA00001], channels: ['#ops']}]", "not the id of a channel"),
        ("grants: [{may: [work], everyone: true, sers: [U1]}]", "sers"),
        ("grants: [{may: [work], everyone: true}]\ngrant: []", "grant"),
        ("grants: [{may: [work], everyone: true}]\ngrants: []", "not readable YAML"),
        ("grants: !!python/object/apply:os.system [ls]", "not readable YAML"),
        ("{" * 5000, "not readable YAML"),
        ("just words", "the file"),
        ("a: &a [x]\n" * 40_000, "larger than"),
        ("\x00", "not readable YAML"),
    ],
)
def test_a_file_that_cannot_be_used_says_where(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        policy(file=written(tmp_path, text))


def test_a_file_that_is_not_there_is_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        policy(file=tmp_path / "none.yaml")


async def test_without_slack_nobody_is_in_a_group_and_nothing_is_known_against_anybody(tmp_path: Path) -> None:
    rules = Policy(frozenset(), ManualClock(), file=written(tmp_path, GRANTS))
    assert await rules.allows(MEI, Right.VIEW)
    assert not await rules.allows(MEI, Right.WORK)


async def test_a_file_that_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    clock, path = ManualClock(), written(tmp_path, GRANTS)
    rules = policy(file=path, clock=clock)
    before = rules.rules
    clock.advance(5)
    assert rules.rules is before


async def test_a_file_is_looked_at_after_five_seconds_and_not_before(tmp_path: Path) -> None:
    clock = ManualClock()
    clock.advance(1_000)
    path = written(tmp_path, GRANTS)
    rules = policy(file=path, clock=clock)
    path.write_text("grants: [{may: [view], everyone: true}]")
    clock.advance(4.9)
    assert await rules.allows(MEI, Right.WORK)
    clock.advance(0.1)
    assert not await rules.allows(MEI, Right.WORK)
    path.write_text(GRANTS)
    clock.advance(4.9)
    assert not await rules.allows(MEI, Right.WORK), "counted from the look before"


async def test_a_refusal_says_what_was_refused(tmp_path: Path) -> None:
    rules = policy(file=written(tmp_path, GRANTS))
    with pytest.raises(NotAllowed, match="You may not work on tasks here"):
        await rules.check(SAM, Right.WORK)
    with pytest.raises(NotAllowed, match="You may not dance here"):
        await rules.check(SAM, Right.WORK, doing="dance")


def test_a_file_of_just_the_size_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    text = "grants: [{may: [view], everyone: true}]\n#"
    fits = text + "x" * (256 * 1024 - len(text))
    assert policy(file=written(tmp_path, fits)).rules.own
    with pytest.raises(ValueError, match="larger than"):
        policy(file=written(tmp_path, fits + "x"))


def test_nobody_is_meant_who_is_not_named() -> None:
    grant = Grant("x", frozenset({Right.WORK}))
    assert (grant.everyone, grant.users, grant.groups) == (False, frozenset(), frozenset())
    assert Rules(()).own
    assert not DEFAULTS.own
    assert (DEFAULTS.private, DEFAULTS.second_person) == (frozenset(), False)


def test_two_people_are_only_needed_where_the_file_says_so(tmp_path: Path) -> None:
    assert policy().second_person is False
    assert policy(file=written(tmp_path, GRANTS)).second_person is False
    assert policy(file=written(tmp_path, f"second_person: true\n{GRANTS}")).second_person is True


PRIVATE = """
private: [4711, abc]
grants:
  - {may: [view, work, links], everyone: true}
  - {may: [admin], users: [U0SAM000002]}
  - {may: [admin], groups: [S0LEADS]}
  - {may: [work], users: [U0GIL000008]}
"""


@pytest.mark.parametrize(
    ("runbook", "linked_by", "withheld"),
    [
        ("4711", DANA, False),
        ("4711", SAM, False),
        ("abc", SAM, False),
        ("4711", MEI, True),
        ("abc", GIL, True),
        ("4712", MEI, False),
    ],
)
def test_a_private_runbook_needs_a_link_of_an_administrator_named_by_id(
    tmp_path: Path, runbook: str, linked_by: Actor, withheld: bool
) -> None:
    rules = policy(file=written(tmp_path, PRIVATE))
    assert rules.withholds(runbook, linked_by.user_id) is withheld
    if withheld:
        with pytest.raises(NotAllowed, match="private"):
            rules.check_post(runbook, linked_by.user_id)
    else:
        rules.check_post(runbook, linked_by.user_id)


@pytest.mark.parametrize("line", ["private: ['../x']", "private: 7", "second_person: maybe", "private: [[1]]"])
def test_what_stands_beside_the_grants_is_checked_too(tmp_path: Path, line: str) -> None:
    with pytest.raises(ValueError, match=line.partition(":")[0]):
        policy(file=written(tmp_path, f"{line}\n{GRANTS}"))
