"""Changes times listeners gives letters. The one rule: pure; every change that a channel listens to is in exactly one
letter, in the order things happened.

A task has one message, edited as it moves; a new one comes only for what the channel asked to hear. Too much at once
becomes one post with exact counts. In quiet hours only a red status and the run's own turns are posted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.blocks import news as posts
from bot.blocks import news_sums
from bot.blocks.message import Message
from bot.model import Rag, Ref, RunbookStage, TaskStage, Text
from bot.model.changes import (
    Change,
    ForecastMoved,
    RunbookStageChanged,
    RunbookStatusChanged,
    StreamStatusChanged,
    TaskBecameLate,
    TaskEdited,
    TaskMoved,
    TaskRemoved,
)
from bot.model.hearing import Kind, Thread
from bot.model.progress import as_runbook, as_stream, as_task, refs, with_children
from bot.model.snapshot import Snapshot, TaskState
from bot.outbox.letter import Letter
from bot.watch.news import RUN, STATUS, Listener, News, letter_key, slot
from bot.watch.quiet import is_quiet
from bot.watch.start_lists import StartList, start_list, touched
from bot.watch.tally import count

BURST = 8
"""More posts than this at once are one summary instead."""
MANY = 50
"""So are more moves than this, whether the channel asked for each of them or not."""
SINGLE = 3
"""More tasks than this that can start at once are one list instead of a card each."""
_OPEN = (TaskStage.STARTABLE, TaskStage.IN_PROGRESS)


def fanout(news: News, listener: Listener) -> list[Letter]:
    """What this channel is told of `news`."""
    return _Teller(news, listener).tell()


def people_named(new: Snapshot, changes: Sequence[Change], standing: Iterable[str] = ()) -> tuple[Ref, ...]:
    """The people whose names posts may need: not more than posts can show. `standing`: slots that may be edited."""
    listed = [task for one in touched(new.runbook, standing, changes) for task in one.tasks(new)]
    tasks = [c.new for c in changes if isinstance(c, TaskMoved | TaskBecameLate | TaskEdited)][: 4 * MANY]
    behind = [task for c in changes if isinstance(c, StreamStatusChanged) for task in _behind(new, c.new.id)[:8]]
    return tuple(dict.fromkeys(ref for task in [*tasks, *behind, *listed] for ref in refs(task) or ()))


class _Teller:
    """One channel's letters, made in one pass."""

    def __init__(self, news: News, listener: Listener) -> None:
        self.news, self.channel, self.hearing = news, listener.channel_id, listener.hearing
        self.standing = listener.standing
        self.book = news.new.runbook
        self.quiet = is_quiet(listener.hearing, self.book.timezone, news.now)
        streams = listener.hearing.streams
        self.wanted = None if streams is None else with_children(news.new, streams)
        self.rooted: set[str] = set()
        self.summed = False
        self.scene = _scene(news, listener.hearing.mentions)

    def tell(self) -> list[Letter]:
        heard = [change for change in self.news.changes if self._hears(change)]
        moves = [change.new for change in heard if isinstance(change, TaskMoved)]
        self.summed = len(moves) >= MANY or self._posts_of(heard, moves) > BURST
        middle = [self._summary(heard)] if self.summed and not self.quiet else list(self._status(heard))
        return [*self._own(heard), *middle, *self._tasks(heard), *self._turned(heard), *self._lists()]

    def _posts_of(self, heard: list[Change], moves: list[TaskState]) -> int:
        """How many posts it would be, each on its own."""
        statuses = sum(isinstance(change, StreamStatusChanged) for change in heard)
        fresh = (task for task in moves if slot(self.book, "task", task.id) not in self.standing)
        return statuses + sum(self._posts_move(task) for task in fresh)

    def _hears(self, change: Change) -> bool:
        match change:
            case ForecastMoved():
                return False
            case RunbookStageChanged() | RunbookStatusChanged():
                return Kind.RUNBOOK in self.hearing.kinds
            case StreamStatusChanged(_, stream):
                return Kind.STREAM_STATUS in self.hearing.kinds and self._in(stream.id)
            case TaskRemoved(task) | TaskMoved(_, task) | TaskBecameLate(task) | TaskEdited(_, task):
                return self._in(task.stream_id)

    def _in(self, stream_id: str | None) -> bool:
        return self.wanted is None or stream_id in self.wanted

    # ---- the runbook and its streams
    def _own(self, heard: list[Change]) -> Iterator[Letter]:
        """What the run itself did: never counted away, told in quiet hours too (of the status only red)."""
        for change in heard:
            if isinstance(change, RunbookStageChanged):
                doer = self.news.doers.get(RUN)
                body = posts.runbook_stage(self.scene, change.old.stage, doer.by if doer else None)
                began = change.new.stage == RunbookStage.ACTIVE and change.old.stage != RunbookStage.PAUSED
                key = self._key("stage", change.new.stage, change.new.start_actual, change.new.end_actual)
                yield Letter(key, self.channel, body, slot=slot(self.book, "run") if began else "", urgent=True)
            elif isinstance(change, RunbookStatusChanged) and (not self.quiet or change.new.status == Rag.RED):
                doer = self.news.doers.get(STATUS)
                body = posts.runbook_status(self.scene, change.old.status, doer.by if doer else None)
                key = self._key("rag", change.new.status, change.new.status_message, change.new.status_updated_at)
                yield Letter(key, self.channel, body, urgent=True)

    def _status(self, heard: list[Change]) -> Iterator[Letter]:
        for change in heard:
            if not isinstance(change, StreamStatusChanged) or (self.quiet and change.new.status != Rag.RED):
                continue
            behind = _behind(self.news.new, change.new.id)
            tasks = [as_task(task, self.book.id) for task in behind[:8]]
            old = as_stream(change.old, self.book.id) if change.old else None
            body = posts.stream_status(self.scene, old, as_stream(change.new, self.book.id), tasks, len(behind))
            new = change.new
            key = self._key("stream", new.id, new.status, new.status_message, new.status_updated_at)
            yield Letter(key, self.channel, body, urgent=True)

    # ---- tasks
    def _tasks(self, heard: list[Change]) -> Iterator[Letter]:
        """Posts and edits, a thread at a time where there are several; what can start and what is late come last."""
        startable: dict[str, list[TaskState]] = {}
        late: dict[str, list[TaskState]] = {}
        came = {c.new.id for c in heard if isinstance(c, TaskMoved) and c.new.stage == TaskStage.STARTABLE}
        for change in heard:
            match change:
                case TaskMoved(_, task) if self._opens(task):
                    startable.setdefault(self._thread(task.stream_id), []).append(task)
                case TaskBecameLate(task):
                    if task.stage in _OPEN and task.id not in came and self._posts(Kind.LATE):
                        late.setdefault(self._thread(task.stream_id), []).append(task)
                    yield from self._card(change, post=False)
                case TaskMoved(_, task):
                    yield from self._card(change, post=self._posts_move(task))
                case TaskEdited() | TaskRemoved():
                    yield from self._card(change, post=False)
        for thread, tasks in startable.items():
            yield from self._startable(thread, tasks)
        for thread, tasks in late.items():
            yield from self._late(thread, tasks)

    def _opens(self, task: TaskState) -> bool:
        """Whether this is news of a task to start; while the run stands still nobody can."""
        active = self.book.stage == RunbookStage.ACTIVE
        return active and task.stage == TaskStage.STARTABLE and self._posts(Kind.STARTABLE)

    def _posts(self, kind: Kind) -> bool:
        return kind in self.hearing.kinds and not self.quiet

    def _posts_move(self, task: TaskState) -> bool:
        if task.stage == TaskStage.IN_PROGRESS:
            return self._posts(Kind.STARTED)
        return task.stage == TaskStage.COMPLETE and self._posts(Kind.FINISHED)

    def _card(self, change: Change, *, post: bool) -> Iterator[Letter]:
        """The task's one message: edited where it stands, posted where the channel asked for it."""
        gone = isinstance(change, TaskRemoved)
        state = change.old if isinstance(change, TaskRemoved) else change.new
        assert isinstance(state, TaskState)
        place = slot(self.book, "task", state.id)
        if place not in self.standing and (self.summed or not post):
            return
        doer = self.news.doers.get(state.id)
        task = as_task(state, self.book.id)
        by = doer.by if doer else None
        body = posts.task_gone(self.scene, task) if gone else posts.task_post(self.scene, task, by=by)
        yield from self._post(type(change).__name__, state, body, place)

    def _startable(self, thread: str, states: list[TaskState]) -> Iterator[Letter]:
        if self.summed or len(states) > SINGLE:
            if not self.summed:
                yield from self._root(thread)
                yield self._list(start_list(self.book, states, self.news.new.read_at), thread)
            states = [state for state in states if slot(self.book, "task", state.id) in self.standing]
        for state in states:
            body = posts.task_post(self.scene, as_task(state, self.book.id), ping=True)
            yield from self._post("TaskMoved", state, body, slot(self.book, "task", state.id))

    def _list(self, which: StartList, thread: str) -> Letter:
        states = which.tasks(self.news.new)
        tasks = [as_task(state, self.book.id) for state in states]
        key = self._key("startable", which.slot, self.book.stage, *(_state(state) for state in states))
        body = posts.tasks_startable(self.scene, tasks, which.total)
        return Letter(key, self.channel, body, slot=which.slot, thread_slot=thread, urgent=True)

    def _lists(self) -> Iterator[Letter]:
        """Lists that stand already, as their tasks are now."""
        for which in touched(self.book, self.standing, self.news.changes):
            states = which.tasks(self.news.new)
            yield self._list(which, self._thread(states[0].stream_id if states else None))

    def _turned(self, heard: list[Change]) -> Iterator[Letter]:
        """When the run itself turns, what can be done with open tasks is another: so their posts are."""
        if not any(isinstance(change, RunbookStageChanged) for change in self.news.changes):
            return
        told = {change.new.id for change in heard if isinstance(change, TaskMoved | TaskEdited | TaskBecameLate)}
        prefix = slot(self.book, "task") + "/"
        for place in sorted(place for place in self.standing if place.startswith(prefix)):
            state = self.news.new.tasks.get(place.removeprefix(prefix))
            if state is not None and state.stage in _OPEN and state.id not in told:
                body = posts.task_post(self.scene, as_task(state, self.book.id))
                key = self._key("turned", self.book.stage, _state(state))
                yield Letter(key, self.channel, body, slot=place)

    def _late(self, thread: str, states: list[TaskState]) -> Iterator[Letter]:
        if self.summed:
            return
        key = self._key("late", *sorted(_state(state) for state in states))
        yield from self._root(thread)
        body = posts.tasks_late(self.scene, [as_task(state, self.book.id) for state in states])
        yield Letter(key, self.channel, body, thread_slot=thread)

    def _post(self, kind: str, state: TaskState, body: Message, place: str) -> Iterator[Letter]:
        thread = self._thread(state.stream_id)
        if place not in self.standing:
            yield from self._root(thread)
        yield Letter(self._key(kind, _state(state)), self.channel, body, slot=place, thread_slot=thread, urgent=True)

    def _summary(self, heard: list[Change]) -> Letter:
        seen = count(heard)
        names = {key: Text(stream.name) for key, stream in self.news.new.streams.items()}
        body = news_sums.burst(as_runbook(self.book), names, seen, self.news.now)
        return Letter(self._key("burst", seen.tally.total, len(seen.statuses)), self.channel, body)

    # ---- threads and keys
    def _thread(self, stream_id: str | None) -> str:
        if self.hearing.thread == Thread.RUN:
            return slot(self.book, "run")
        if self.hearing.thread == Thread.STREAM:
            return slot(self.book, "stream", stream_id or "none")
        return ""

    def _root(self, thread: str) -> Iterator[Letter]:
        """The message a thread hangs on, where there is none yet; the post of the run's start is one."""
        began = any(isinstance(c, RunbookStageChanged) and c.new.stage == "active" for c in self.news.changes)
        if not thread or thread in self.standing or thread in self.rooted:
            return
        if thread == slot(self.book, "run") and began and Kind.RUNBOOK in self.hearing.kinds:
            return
        self.rooted.add(thread)
        stream = self.news.new.streams.get(thread.rpartition("/")[2]) if self.hearing.thread == Thread.STREAM else None
        name = Text(stream.name if stream else self.book.name)
        body = news_sums.root(name, self.book.run_type, stream=stream is not None)
        yield Letter(letter_key(self.channel, self.book.id, "root", thread), self.channel, body, slot=thread)

    def _key(self, kind: str, *parts: str | int | None) -> str:
        """With the reading it was compared to: the same state reached again later is news again."""
        return letter_key(self.channel, self.book.id, kind, f"{self.news.old.read_at:.3f}", *parts)


def _scene(news: News, mentions: bool) -> posts.Scene:
    """Who has just acted is at the keyboard: named where something follows from it, not pinged."""
    actors = {doer.user_id for doer in news.doers.values()}
    pinged = {ref: user for ref, user in news.mentions.items() if user not in actors} if mentions else {}
    book = as_runbook(news.new.runbook)
    streams = {key: as_stream(stream, book.id) for key, stream in news.new.streams.items()}
    return posts.Scene(book, news.now, streams, news.task_types, news.names, pinged, news.can_skip)


def _behind(snapshot: Snapshot, stream_id: str) -> list[TaskState]:
    """The late and the running tasks of a stream and its sub-streams: late ones first, then the longest running."""
    wanted = with_children(snapshot, (stream_id,))
    found = [
        task
        for task in snapshot.tasks.values()
        if task.stream_id in wanted
        and (task.stage == TaskStage.IN_PROGRESS or (task.is_late and task.stage == TaskStage.STARTABLE))
    ]
    return sorted(found, key=lambda task: (not task.is_late, task.start_actual or "~", task.id))


def _state(task: TaskState) -> str:
    """What of a task makes its post another one."""
    parts = (
        task.id,
        task.stage,
        task.completion_type,
        task.start_actual,
        task.end_actual,
        task.is_late,
        task.updated_at,
    )
    return "\x1e".join("" if part is None else str(part) for part in parts)
