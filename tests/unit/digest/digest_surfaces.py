"""Every surface of watching, drawn from one text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
from digest_world import NOW, at, board, done, earlier, names, post, snapshot, streams, task

from bot.blocks import home, say
from bot.blocks.hearing_words import hears
from bot.blocks.message import Message, View
from bot.blocks.modal_watch import WatchMeta, watch
from bot.blocks.reminder_post import ReminderView, reminder_post
from bot.blocks.text import join
from bot.digest.reminders import reminders
from bot.model import Person, Ref, Stream, Text
from bot.model.hearing import Hearing, Kind, Thread
from bot.model.progress import Counts, as_runbook, as_task
from bot.model.snapshot import StreamState


def _boards(t: str | None) -> dict[str, Message]:
    planning = {"stage": "planning", "run_type": None, "start_actual": None, "end_forecast": None}
    over = {"stage": "complete", "end_actual": at(0), "end_forecast": None}
    waiting = tuple(task(n, t or f"Task {n}") for n in range(4))
    ended = (
        *(done(n, t or f"Task {n}") for n in range(4)),
        done(9, t or "Skipped", completion_type="complete_skipped"),
    )
    return {
        "board": board(snapshot(t), t),
        "board_live_paused": board(snapshot(t, stage="paused", run_type="live"), t),
        "board_stale": board(snapshot(t), t, stale_since=NOW - timedelta(minutes=20)),
        "board_planning": board(snapshot(t, waiting, **planning), t),
        "board_quiet": board(snapshot(t, waiting), t),
        "board_over": board(snapshot(t, ended, **over), t),
        "board_unknown": board(snapshot(t, stage=t or "frozen", status=t or "purple", run_type=t or "dry"), t),
    }


def _digests(t: str | None) -> dict[str, Message]:
    new, later = snapshot(t), NOW + timedelta(minutes=30)
    unsaid = {"4": StreamState("4", t or "Network", "red"), "5": StreamState("5", t or "Database", "amber")}
    asking = msgspec.structs.replace(snapshot(t, status_updated_at=at(-90), start_actual=at(-100)), streams=unsaid)
    ended = snapshot(t, (done(1, t or "A"), done(2, t or "B")), stage="complete", end_actual=at(0), end_forecast=None)
    return {
        "digest": post(earlier(t), new, t, next_at=later),
        "digest_first": post(None, new, t),
        "digest_silent": post(new, new, t, next_at=later),
        "digest_some_streams": post(earlier(t), new, t, streams=("4",)),
        "digest_questions": post(asking, asking, t),
        "digest_stale": post(earlier(t), new, t, stale_since=NOW - timedelta(minutes=8)),
        "digest_over": post(earlier(t), ended, t),
        "digest_planning": post(None, snapshot(t, stage="planning", start_actual=None, end_forecast=None), t),
    }


ALL_REMINDERS = Hearing(remind_startable=10, remind_overdue=5, remind_due=30, remind_status=10)


def _reminders(t: str | None) -> dict[str, Message]:
    made = snapshot(t)
    tasks = dict(made.tasks)
    tasks["408"] = msgspec.structs.replace(tasks["408"], end_fixed=at(20))
    made = msgspec.structs.replace(made, tasks=tasks)
    ready = {"406": NOW.timestamp() - 900, "407": NOW.timestamp() - 1200}
    found = reminders(made, ALL_REMINDERS, NOW, ready)
    unsaid = msgspec.structs.replace(made.runbook, status_updated_at=None, status="off")
    view = ReminderView(made.runbook, found, NOW, names(t), {Ref("user", "3"): "U0MEI000003"})
    return {
        "reminders": reminder_post(view),
        "reminders_status": reminder_post(ReminderView(unsaid, found[-1:], NOW)),
    }


EVERYTHING = Hearing(
    timezone="Europe/Berlin",
    kinds=tuple(Kind),
    streams=("4", "5"),
    thread=Thread.STREAM,
    mentions=False,
    quiet_from="22:00",
    quiet_to="06:00",
    digest="at 09:00, 17:00 mon-fri",
    skip_silent_digests=True,
    remind_startable=10,
    remind_overdue=15,
    remind_due=30,
    remind_status=60,
)
META = WatchMeta(r="101", channel="C0DCFAILOVR")


def lanes(text: str | None = None) -> list[Stream]:
    return [Stream(one.id, "101", Text(one.name)) for one in streams(text).values()]


def _settings(t: str | None) -> dict[str, Message | View]:
    name = Text(t if t is not None else "DC North to DC South fail-over")
    called = {"4": Text(t if t is not None else "Network")}
    odd = msgspec.structs.replace(EVERYTHING, digest=t if t is not None else "every 30m", quiet_from=t or "22:00")
    return {
        "modal_watch": watch(name, Hearing(), lanes(t), timezone="Europe/London", meta=META),
        "modal_watch_everything": watch(name, EVERYTHING, lanes(t), timezone="Europe/Berlin", meta=META),
        "modal_watch_no_streams": watch(name, EVERYTHING, [], timezone="Europe/Berlin", meta=META),
        "say_hears": say.done(join("\n", hears(Hearing(), "Europe/London"))),
        "say_hears_everything": say.done(join("\n", hears(odd, t if t is not None else "Europe/Berlin", called))),
        "say_hears_nothing": say.done(join("\n", hears(Hearing(kinds=()), "UTC"))),
    }


def _homes(t: str | None) -> dict[str, Message | View]:
    made = snapshot(t)
    book_, person = as_runbook(made.runbook), Person("3", "mei.lin@harbour.example", Text(t or "Mei"), Text(t or "Lin"))
    live = as_runbook(msgspec.structs.replace(made.runbook, id="102", run_type="live"))
    chosen = [made.tasks["404"], made.tasks["405"], made.tasks["406"]]
    mine = [home.HomeTask(as_task(one, "101"), book_, Text(t if t is not None else "Database")) for one in chosen]
    mine.append(home.HomeTask(as_task(made.tasks["407"], "102"), live))
    runs = [
        home.HomeRun(book_, ("C0DCFAILOVR", "C0DATABASE1"), Counts(8, 2, 2, 3, 1, 2)),
        home.HomeRun(live, (), None, NOW - timedelta(minutes=5)),
    ]
    follows = home.HomeChannel("C0DCFAILOVR", Text(t if t is not None else "DC North"), EVERYTHING)
    full = home.HomeView(NOW, mine, runs, [follows], person, operator=True)
    many = home.HomeView(NOW, mine * 5, runs * 6, [follows] * 12, person, prefix="dr-")
    return {
        "home": home.home(full),
        "home_many": home.home(many),
        "home_first": home.home(home.HomeView(NOW, None, None, [follows])),
        "home_nothing": home.home(home.HomeView(NOW, [], person=person)),
        "list_mine": home.my_tasks(full),
        "home_nobody": home.home(home.HomeView(NOW, [], runs, problem=t or "Cutover cannot be reached.")),
    }


GROUPS: dict[str, Callable[[str | None], dict[str, Any]]] = {
    "boards": _boards,
    "digests": _digests,
    "reminders": _reminders,
    "settings": _settings,
    "homes": _homes,
}


def surfaces(text: str | None = None) -> dict[str, Message | View]:
    """Everything of this part that a person can be shown; `text` wherever something comes from outside."""
    return {name: made for group in GROUPS.values() for name, made in group(text).items()}
