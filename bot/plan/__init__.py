"""Arithmetic over the tasks of a run: when does it end, what moves that, what waits for what. The one rule: pure.

It is our own arithmetic over what Cutover tells; where Cutover gives a forecast of its own, both are shown.
"""

from bot.plan.drift import EndMove, Moved, cause, moved
from bot.plan.graph import Glance, Plan, Step, Timing, glance_on, lay_out, plan_on, plan_run
from bot.plan.network import Cyclic, Network
from bot.plan.readiness import Gap, Own, Readiness, Staff, readiness
from bot.plan.run import Run, run_of
from bot.plan.steps import steps_of
from bot.plan.whatif import Effect, Shift, what_if
from bot.plan.why import chain_before, dependants, slack_by_stream

__all__ = [
    "Cyclic",
    "Effect",
    "EndMove",
    "Gap",
    "Glance",
    "Moved",
    "Network",
    "Own",
    "Plan",
    "Readiness",
    "Run",
    "Shift",
    "Staff",
    "Step",
    "Timing",
    "cause",
    "chain_before",
    "dependants",
    "glance_on",
    "lay_out",
    "moved",
    "plan_on",
    "plan_run",
    "readiness",
    "run_of",
    "slack_by_stream",
    "steps_of",
    "what_if",
]
