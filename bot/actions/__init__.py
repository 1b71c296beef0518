"""How a person's wish becomes an effect in Cutover. The one rule: allow, intent, call, look, outcome; in this order."""

from bot.actions.context import Wish
from bot.actions.edits import EditActions
from bot.actions.perform import DoneUnread, NotDone, Performer, StillOpen
from bot.actions.recovery import Recovery
from bot.actions.results import Result, ResultKind
from bot.actions.runbooks import RunbookActions
from bot.actions.second import SecondPerson
from bot.actions.tasks import NotReady, TaskActions

__all__ = [
    "DoneUnread",
    "EditActions",
    "NotDone",
    "NotReady",
    "Performer",
    "Recovery",
    "Result",
    "ResultKind",
    "RunbookActions",
    "SecondPerson",
    "StillOpen",
    "TaskActions",
    "Wish",
]
