"""Between Bolt and the listeners. The one rule: acknowledge, then work in a tracked task; every failure is a sentence.

One Bolt listener per kind, with our own table behind it: Bolt looks at its listeners one by one (11 µs each).
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import aiohttp
import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.actions import DoneUnread, StillOpen, Wish
from bot.blocks import modals, say
from bot.blocks.ids import RETIRED
from bot.blocks.message import Message
from bot.errors import BadInput, BotError, NotAllowed, UnknownOutcome
from bot.identity import Actor
from bot.metrics import Metrics
from bot.slack.answer import Answer, Poster
from bot.slack.delivery import Delivery
from bot.slack.front import read
from bot.slack.inbox import Inbox
from bot.slack.web import SlackWeb
from handlers import grammar
from handlers.ask import Ask, Choose
from handlers.gate import check_look, note_refusal
from handlers.patience import patience
from handlers.routes import Listener, Routes, Submit, arguments, is_errors
from handlers.services import Services
from handlers.shares import Shares

_log = structlog.get_logger(__name__)
_ANY: Final = re.compile(r"")
_OPTIONS_SECONDS: Final = 2.0
_MOST_AT_ONCE: Final = 256
_HOME: Final = "app_home_opened"
_PERHAPS_DONE: Final = (UnknownOutcome, DoneUnread, StillOpen)


class Guard:
    """Runs listeners. `prefix` stands before all command names."""

    def __init__(
        self,
        routes: Routes,
        services: Services,
        web: SlackWeb,
        poster: Poster,
        inbox: Inbox,
        metrics: Metrics,
        prefix: str = "",
    ) -> None:
        self._routes = routes
        self._services = services
        self._web = web
        self._poster = poster
        self._inbox = inbox
        self._metrics = metrics
        self._prefix = prefix
        self._running: set[asyncio.Task[None]] = set()
        self._shares = Shares()

    def bind(self, app: AsyncApp) -> None:
        """Register with Bolt: one listener per kind."""
        app.command(_ANY)(self._on_command)
        app.action(_ANY)(self._on_action)
        app.view_submission(_ANY)(self._on_view)
        app.view_closed(_ANY)(self._on_view)
        app.options(_ANY)(self._on_options)
        app.shortcut(_ANY)(self._on_shortcut)
        app.event(_ANY)(self._on_event)

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._running

    async def drain(self, seconds: float) -> int:
        """Wait for work under way; how many were still running after `seconds` and are left to the next start."""
        if not self._running:
            return 0
        _, pending = await asyncio.wait(set(self._running), timeout=seconds)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        return len(pending)

    async def rerun(self, ask: Ask, answer: Answer) -> None:
        """Carry out a command again after its missing part was chosen; `ask` holds command, verb and words."""
        answer.redraws = answer.delivery.kind == "action"
        await self._verb(ask, answer)

    async def _on_command(self, ack: AsyncAck, body: dict[str, Any], context: dict[str, Any]) -> None:
        await ack()
        delivery = _delivery("command", body, context)
        self._start(delivery, self._command)

    async def _on_action(self, ack: AsyncAck, body: dict[str, Any], context: dict[str, Any]) -> None:
        await ack()
        delivery = _delivery("interactive", body, context)
        self._start(delivery, self._action)

    async def _on_shortcut(self, ack: AsyncAck, body: dict[str, Any], context: dict[str, Any]) -> None:
        await ack()
        delivery = _delivery("interactive", body, context)
        self._start(delivery, self._shortcut)

    async def _on_event(self, ack: AsyncAck, body: dict[str, Any], context: dict[str, Any]) -> None:
        await ack()
        delivery = _delivery("event", body, context)
        if delivery.name in self._routes.events:
            self._start(delivery, self._event)
        else:
            self._inbox.done(delivery.key)

    async def _on_view(self, ack: AsyncAck, body: dict[str, Any], context: dict[str, Any]) -> None:
        """The ack is the answer: errors beside the fields, the next view, or nothing (the modal closes)."""
        delivery = _delivery("interactive", body, context)
        route = self._routes.submits.get(delivery.name)
        if route is None or delivery.kind != "view":
            await ack()
            self._inbox.done(delivery.key)
            return
        form = self._read(route, delivery)
        if is_errors(form):
            await ack(response_action="errors", errors=form)
            self._inbox.done(delivery.key)
            return
        if isinstance(form, BotError):
            await ack(response_action="update", view=modals.notice("Not done", say.error(form)).payload)
            self._inbox.done(delivery.key)
            return
        if route.then:
            await ack(response_action="update", view=modals.loading(route.then).payload)
        else:
            await ack()
        self._start(delivery, self._submitted(route, form))

    async def _on_options(self, ack: AsyncAck, body: dict[str, Any], context: dict[str, Any]) -> None:
        """A type-ahead: an empty list in time is better than a complete one too late."""
        delivery = _delivery("interactive", body, context)
        listener = self._routes.questions.get(delivery.name)
        options: list[dict[str, Any]] = []
        try:
            async with asyncio.timeout(_OPTIONS_SECONDS):
                if listener is not None:
                    ask = await self._ask(delivery, named=False)
                    await check_look(ask, self._services.policy)
                    options = await listener(**arguments(listener, {"ask": ask}, self._services))
        except (BotError, TimeoutError) as error:
            _log.warning("options_empty", error=type(error).__name__)
        except Exception:
            _log.exception("options_failed", name=delivery.name)
        await ack(options=options)

    def _read(self, route: Submit, delivery: Delivery) -> Any:
        try:
            return route.read(delivery.view)
        except BotError as error:
            return error

    def _submitted(self, route: Submit, form: Any) -> Callable[[Delivery, Answer], Awaitable[None]]:
        async def work(delivery: Delivery, answer: Answer) -> None:
            answer.loading = route.then or ""
            await self._call(route.listener, await self._ask(delivery), answer, form=form)

        return work

    def _start(self, delivery: Delivery, work: Callable[[Delivery, Answer], Awaitable[None]]) -> None:
        task = asyncio.create_task(self._guarded(delivery, work))
        self._running.add(task)
        self._shares.enter(delivery.user_id)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(lambda _: self._shares.leave(delivery.user_id))

    async def _guarded(self, delivery: Delivery, work: Callable[[Delivery, Answer], Awaitable[None]]) -> None:
        answer, began = Answer(delivery, self._web, self._poster, self._prefix), self._services.clock.monotonic()
        outcome = "ok"
        try:
            self._shares.check(delivery.user_id)
            if len(self._running) > _MOST_AT_ONCE:
                raise BotError("The bot is very busy right now.", "Try again in a moment.")
            async with patience(answer, self._services.clock):
                await work(delivery, answer)
            await answer.make_up()
        except Choose as choose:
            outcome = "asked"
            await self._tell(answer, choose.message)
        except BotError as error:
            outcome = "refused"
            _log.info("refused", name=delivery.name, code=error.code, user=delivery.user_id)
            note_refusal(delivery, error, self._services.journal, self._services.clock.unix())
            await self._tell(answer, say.error(error), "" if isinstance(error, _PERHAPS_DONE) else "Not done")
        except Exception:
            outcome = "failed"
            reference = uuid.uuid4().hex[:8]
            _log.exception("listener_failed", name=delivery.name, reference=reference)
            sentence = f"Something went wrong inside the bot (reference {reference})."
            await self._tell(answer, say.error(BotError(sentence, "Look at the task in Cutover before you repeat it.")))
        self._inbox.done(delivery.key)
        self._metrics.outcomes.labels(outcome).inc()
        self._metrics.work_seconds.observe(self._services.clock.monotonic() - began)

    async def _tell(self, answer: Answer, message: Message, title: str = "") -> None:
        """In the modal that waits for an answer, where there is one, under `title`; else as a message."""
        try:
            if answer.loading:
                await answer.show(modals.notice(title or answer.loading, message))
                await answer.make_up()
            else:
                await answer.say(message)
        except (BotError, aiohttp.ClientError):
            _log.exception("answer_failed")

    async def _command(self, delivery: Delivery, answer: Answer) -> None:
        verb, rest = grammar.split_verb(delivery.text)
        command = delivery.name.removeprefix(self._prefix)
        ask = await self._ask(delivery, command=command, verb=verb, words=rest)
        await self._verb(ask, answer)

    async def _verb(self, ask: Ask, answer: Answer) -> None:
        verbs = {name: verb for (command, name), verb in self._routes.verbs.items() if command == ask.command}
        if ask.verb in verbs:
            await self._call(verbs[ask.verb].listener, ask, answer)
            return
        shown = f"/{self._prefix}{ask.command}"
        if not verbs:  # the Slack app has a command that this bot is not for
            raise BadInput(f"The bot does not know {shown}.", f"`/{self._prefix}cutover help` lists what it knows.")
        if not ask.verb:
            raise BadInput(
                f"{shown} needs a verb.", f"One of: {', '.join(verbs)}. `/{self._prefix}cutover help` tells more."
            )
        near = grammar.closest(ask.verb, verbs)
        hint = f"Did you mean `{shown} {near}`?" if near else f"It knows: {', '.join(verbs)}."
        raise BadInput(f"{shown} does not know that verb.", hint)

    async def _action(self, delivery: Delivery, answer: Answer) -> None:
        listener = self._routes.actions.get(delivery.name)
        if listener is None:
            if delivery.name in RETIRED or delivery.message_ts or not delivery.view:
                raise BadInput(
                    "This button is not known any more.",
                    f"Ask for a fresh card, for example with `/{self._prefix}task show`.",
                )
            return  # an input of a modal that reports its changes: nothing to do until it is submitted
        try:
            await self._call(listener, await self._ask(delivery), answer)
        finally:
            if delivery.view.get("type") == "home" and _HOME in self._routes.events:
                self._start(replace(delivery, name=_HOME), self._event)  # what was pressed there shows its effect there

    async def _event(self, delivery: Delivery, answer: Answer) -> None:
        ask = await self._ask(delivery, named=False)
        with contextlib.suppress(NotAllowed):  # nobody asked for anything, so nothing is said
            await self._call(self._routes.events[delivery.name], ask, answer)

    async def _shortcut(self, delivery: Delivery, answer: Answer) -> None:
        listener = self._routes.shortcuts.get(delivery.name)
        if listener is None:
            raise BadInput("This shortcut is not known any more.")
        await self._call(listener, await self._ask(delivery), answer)

    async def _call(self, listener: Listener, ask: Ask, answer: Answer, form: Any = None) -> None:
        await check_look(ask, self._services.policy)
        given = {"ask": ask, "answer": answer, "form": form, "rerun": self.rerun}
        await listener(**arguments(listener, given, self._services))

    async def _ask(
        self, delivery: Delivery, *, command: str = "", verb: str = "", words: str = "", named: bool = True
    ) -> Ask:
        name = delivery.user_name
        if named:
            name = (await self._services.people.member(delivery.user_id, delivery.user_name)).name
        actor = Actor(delivery.team_id, delivery.user_id, name)
        once = str(delivery.view.get("id", "")) if delivery.kind == "view" else delivery.key
        origin = {
            "kind": delivery.kind,
            "name": delivery.name,
            "channel": delivery.channel_id,
            "delivery": delivery.key,
        }
        wish = Wish(actor, origin, once)
        return Ask(delivery, wish, self._services.clock.now(), command, verb, words)


def _delivery(kind: str, body: Mapping[str, Any], context: Mapping[str, Any]) -> Delivery:
    """What `Front` read already; when Bolt was called without it (tests, another adapter), read it here."""
    found = context.get("delivery")
    delivery = found if isinstance(found, Delivery) else read(kind, body)
    if delivery is None:
        raise BadInput("Slack sent something that the bot does not know.")
    return delivery
