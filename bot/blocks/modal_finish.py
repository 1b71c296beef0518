"""The form of a task that asks something before it starts or finishes. The one rule: nothing is chosen beforehand.

Choices travel as positions, not as texts: an option's value holds 150 characters and Cutover's options any number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from bot.blocks import fit, forms, parts
from bot.blocks.card import TaskView
from bot.blocks.clean import clean
from bot.blocks.forms import Errors, FinishForm, State
from bot.blocks.ids import ViewId
from bot.blocks.message import View
from bot.blocks.modal_task import about
from bot.blocks.text import Mrkdwn, join, literal, phrase
from bot.blocks.values import TaskMeta, encode_meta
from bot.model import CustomField, FieldValue, Task, Text

_FEW = 10  # Slack takes 10 checkboxes or radio buttons
_MOST_FIELDS = 40
_ROOM = 150_000  # bytes of a view (250 kB) after which menus become text boxes, so that no question is lost
_LEAST = 70  # bytes of the shortest option
_RESULTS = {"pass": "✅ Pass", "fail": "❌ Fail", "not_tested": "➖ Not tested"}


def finish_task(
    view: TaskView,
    branches: Sequence[Task],
    fields: Sequence[CustomField],
    *,
    validation: bool,
    meta: TaskMeta,
    verb: Literal["start", "finish"] = "finish",
) -> View:
    """Asks for branches (the tasks that follow), answers, and the result of a validation task.

    Required fields come first; past 40 the optional ones are left to Cutover's own page.
    """
    word, callback = ("Finish", ViewId.FINISH_TASK) if verb == "finish" else ("Start", ViewId.START_TASK)
    blocks = [about(view)]
    if validation:
        results = [parts.option(label, value) for value, label in _RESULTS.items()]
        blocks.append(parts.field("Result", parts.choices("radio_buttons", results), "result"))
    if branches:
        blocks.append(_branches(branches))
    shown = asked(fields)
    room = _ROOM
    for item in shown:
        block = _field(item) if len(item.options) * _LEAST < room else _typed(item)
        block = block if fit.weight(block) < room else _typed(item)
        room -= fit.weight(block)
        blocks.append(block)
    if len(shown) < len(fields):
        blocks.append(
            parts.context(Mrkdwn(f"+{len(fields) - len(shown)} optional fields: fill them in on Cutover's page."))
        )
    if validation:
        box = parts.text_input(lines=True, longest=1_000)
        blocks.append(parts.field("Comment", box, "comment", optional=True))
    return View(parts.modal(f"{word} task", callback, blocks, submit=word, meta=encode_meta(meta), close="Go back"))


def asked(fields: Sequence[CustomField]) -> list[CustomField]:
    """The fields the form shows: required ones (up to 80, a view has 100 blocks), then optional ones up to 40."""
    required = [item for item in fields if item.required]
    return [*required, *[item for item in fields if not item.required]][: max(_MOST_FIELDS, min(len(required), 80))]


def _branches(branches: Sequence[Task]) -> parts.Block:
    options = [parts.option(_branch_label(task), task.id) for task in branches if len(task.id) <= fit.OPTION_VALUE]
    few = len(options) <= _FEW
    menu = parts.choices("checkboxes", options) if few else parts.multi_select(options[:100])
    return parts.field("Go on with", menu, "branches", hint="What is not chosen here is abandoned.")


def _branch_label(task: Task) -> Text:
    return Text(f"#{task.number} {task.name.raw}" if task.number is not None else task.name.raw)


def block_of(item: CustomField) -> str:
    """The block_id of a field's input."""
    return f"field.{item.id}"[: fit.BLOCK_ID]


def _field(item: CustomField) -> parts.Block:
    label = item.display_name or item.name
    options = [parts.option(text, str(i)) for i, text in enumerate(item.options)]
    few = len(options) <= _FEW
    if not item.is_select or not options:
        element = parts.text_input(lines=item.field_type in ("textarea", "text_area", "rich_text"))
    elif item.is_multiple:
        element = parts.choices("checkboxes", options) if few else parts.multi_select(options)
    else:
        radio = few and item.field_type == "radiobox"
        element = parts.choices("radio_buttons", options) if radio else parts.select(options)
    return parts.field(label, element, block_of(item), optional=not item.required)


def _typed(item: CustomField) -> parts.Block:
    hint = "Write one of its options." if item.is_select and item.options else ""
    return parts.field(
        item.display_name or item.name, parts.text_input(), block_of(item), hint=hint, optional=not item.required
    )


def read_finish(state: State, fields: Sequence[CustomField]) -> FinishForm | Errors:
    """The form as sent; `fields` are those it was built with."""
    errors: Errors = {}
    selected = forms.choices(state, "branches") if forms.has(state, "branches") else None
    if selected == ():
        errors["branches"] = "Choose at least one branch to go on with."
    result = forms.choice(state, "result")
    if forms.has(state, "result") and result not in _RESULTS:
        errors["result"] = "Choose pass, fail or not tested."
    answers: list[FieldValue] = []
    for item in asked(fields):
        values = _answer(state, item)
        if values:
            answers.append(FieldValue(item.id, item.name, values, item.is_multiple))
        elif item.required:
            errors[block_of(item)] = "An answer is needed."
        if not values and forms.text(state, block_of(item)):
            errors[block_of(item)] = "That is none of its options."
    named = forms.chosen_texts(state, "branches")
    return errors or FinishForm(selected, tuple(answers), result, forms.text(state, "comment"), named)


def decided(form: FinishForm) -> Mrkdwn | None:
    """What the person decided in the form, for the line that says that it is done; None where nothing was asked."""
    result = phrase("Result: {result}.", result=_RESULTS.get(form.result, form.result)) if form.result else None
    names = join(", ", [literal(name, 80) for name in form.named[:_FEW]])
    more = Mrkdwn(f" +{len(form.named) - _FEW} more" if len(form.named) > _FEW else "")
    branches = phrase("Goes on with {names}{more}.", names=names, more=more) if names else None
    return join(" ", [branches, result]) or None


def unanswered(view: Mapping[str, Any]) -> Errors:
    """Errors of a submitted view for required fields left blank: Slack takes a lone space for an answer."""
    state, blocks = view.get("state", {}), view.get("blocks", [])
    return {
        block["block_id"]: "An answer is needed."
        for block in blocks
        if block.get("type") == "input" and not block.get("optional") and block["block_id"].startswith("field.")
        if "value" in forms.element(state, block["block_id"]) and not forms.text(state, block["block_id"])
    }


def _answer(state: State, item: CustomField) -> tuple[Text, ...]:
    block_id = block_of(item)
    written = forms.text(state, block_id)
    if not item.is_select or not item.options:
        return (written,) if written else ()
    if written:
        said = clean(written.raw).casefold()
        return tuple(option for option in item.options if clean(option.raw).casefold() == said)[:1]
    one = forms.choice(state, block_id)
    chosen = forms.choices(state, block_id) if item.is_multiple else ((one,) if one is not None else ())
    places = [int(place) for place in chosen if place.isdecimal() and place.isascii()]
    return tuple(item.options[i] for i in places if i < len(item.options))
