"""What a Slack user may do: ids decide, a live run needs an operator."""

from __future__ import annotations

import pytest

from bot.errors import NotAllowed
from bot.identity import Actor, Policy
from bot.model import RunType, Text

DANA = Actor("T1", "U0DANA00001", Text("Dana Okafor"))
SAM = Actor("T1", "U0SAM000002", Text("U0DANA00001"))  # a name is only a name, even when it is an operator's id
POLICY = Policy({"U0DANA00001"})


def test_everybody_may_rehearse() -> None:
    POLICY.check_start(SAM, RunType.REHEARSAL)
    POLICY.check_cancel(SAM, RunType.REHEARSAL)


@pytest.mark.parametrize("run_type", ["live", "", "LIVE", "something new"])
def test_what_is_not_a_rehearsal_needs_an_operator(run_type: str) -> None:
    POLICY.check_start(DANA, run_type)
    POLICY.check_cancel(DANA, run_type)
    for check in (POLICY.check_start, POLICY.check_cancel):
        with pytest.raises(NotAllowed, match="Only operators") as caught:
            check(SAM, run_type)
        assert "BOT_OPERATORS" in caught.value.hint


def test_a_run_of_unknown_type_is_taken_for_a_live_one() -> None:
    with pytest.raises(NotAllowed):
        POLICY.check_cancel(SAM, None)


def test_acting_for_others_needs_an_operator() -> None:
    POLICY.check_override(DANA)
    with pytest.raises(NotAllowed):
        POLICY.check_override(SAM)


def test_without_operators_nobody_is_one() -> None:
    assert not Policy(frozenset()).is_operator("U0DANA00001")
    assert not Policy(frozenset()).is_operator("")
