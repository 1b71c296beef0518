"""Modals for a whole run. The one rule: rehearsal is preset, live takes the runbook's name typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from bot.blocks import forms, parts, say, words
from bot.blocks.clean import clean
from bot.blocks.forms import Errors, StageForm, StartForm, State, StatusForm, typed_name
from bot.blocks.ids import ViewId
from bot.blocks.message import Message, View, message
from bot.blocks.text import Mrkdwn, bold, join, literal, phrase
from bot.blocks.values import RunbookMeta, StageMeta, StartMeta, encode_meta
from bot.cutover import is_known
from bot.errors import Finding
from bot.model import Comms, Rag, Runbook, RunType, Text, ValidationLevel

Action = Literal["pause", "resume", "cancel"]
_SHOWN_FINDINGS = 20
_RUN_TYPES = {RunType.REHEARSAL: "Rehearsal", RunType.LIVE: "LIVE"}
_COMMS = {
    Comms.OFF: "Off: nobody gets a message",
    Comms.TEST: "Test: messages go out marked as a test",
    Comms.ON: "On: messages go out for real",
}
_LEVELS = {
    ValidationLevel.ERROR: "Errors stop the start, warnings pass",
    ValidationLevel.WARNING: "Any finding stops the start",
}
_FLAGS = {
    "rebaseline": "Rebaseline: recompute planned times from now",
    "shift_fixed_times": "Shift fixed times along",
    "disable_task_notify": "No notices when tasks start",
}


def start_runbook(
    runbook: Runbook,
    *,
    allow_live: bool,
    meta: StartMeta,
    findings: Sequence[parts.Block] = (),
    preset: StartForm | None = None,
) -> View:
    """The start form. After a refused start: `findings` (of `findings_blocks`) on top, `preset` as it was chosen."""
    chosen = preset or StartForm(RunType.REHEARSAL, Comms.OFF, False, False, False, ValidationLevel.ERROR)
    kinds = [RunType.REHEARSAL, RunType.LIVE] if allow_live else [RunType.REHEARSAL]
    types = [parts.option(_RUN_TYPES[kind], kind) for kind in kinds]
    blocks = [
        *findings,
        *([parts.divider()] if findings else []),
        parts.section(phrase("{name}\n{state}", name=bold(runbook.name, 150), state=words.runbook_state(runbook))),
        parts.field("Run type", parts.choices("radio_buttons", types, [chosen.run_type]), "run_type"),
    ]
    if allow_live:
        hint = f"Only for a LIVE run: type {typed_name(runbook.name)}"
        blocks.append(
            parts.field("Name of the runbook", parts.text_input(longest=300), "name", hint=hint, optional=True)
        )
    comms = [parts.option(label, value) for value, label in _COMMS.items()]
    levels = [parts.option(label, value) for value, label in _LEVELS.items()]
    flags = [parts.option(label, value) for value, label in _FLAGS.items()]
    blocks += [
        parts.field("Communications", parts.select(comms, initial=chosen.comms), "comms"),
        parts.field(
            "Options",
            parts.choices("checkboxes", flags, [name for name in _FLAGS if getattr(chosen, name)]),
            "flags",
            optional=True,
        ),
        parts.field("Checks", parts.select(levels, initial=chosen.validation_level), "level"),
    ]
    if not allow_live:
        blocks.append(parts.context(Mrkdwn("You may start rehearsals. Live starts are for the bot's operators.")))
    view = parts.modal("Start runbook", ViewId.START_RUNBOOK, blocks, submit="Start", meta=encode_meta(meta))
    return View(view)


def read_start(state: State, runbook_name: str) -> StartForm | Errors:
    """The start form as sent; live needs the runbook's name typed."""
    run_type, comms = forms.choice(state, "run_type"), forms.choice(state, "comms")
    level, flags = forms.choice(state, "level"), forms.choices(state, "flags")
    errors: Errors = {}
    if run_type not in _RUN_TYPES:
        errors["run_type"] = "Choose rehearsal or live."
    if comms not in _COMMS:
        errors["comms"] = "Choose one."
    if level not in _LEVELS:
        errors["level"] = "Choose one."
    if run_type == RunType.LIVE and not forms.same_name(forms.text(state, "name"), runbook_name):
        errors["name" if forms.has(state, "name") else "run_type"] = _type_it(runbook_name)
    if errors or run_type is None or comms is None or level is None:
        return errors
    return StartForm(
        run_type=run_type,
        comms=comms,
        rebaseline="rebaseline" in flags,
        shift_fixed_times="shift_fixed_times" in flags,
        disable_task_notify="disable_task_notify" in flags,
        validation_level=level,
    )


def _type_it(name: str) -> str:
    return f"For a LIVE run type the runbook's name: {typed_name(name)}"


Explain = Callable[[Finding], tuple[str, str]]


def findings_blocks(
    runbook: Runbook, findings: Sequence[Finding], explain: Explain, severity: Callable[[str], str]
) -> list[parts.Block]:
    """What stopped a start, blocking findings apart from warnings.

    `explain` gives (sentence, hint), both ours or escaped here; `severity` of a code: `error` or `warning`.
    """
    stops = [f for f in findings if severity(f.code) != "warning"]
    warns = [f for f in findings if severity(f.code) == "warning"]
    head = phrase("⛔ Cutover did not start {name}. Nothing was changed.", name=runbook.name)
    blocks = [parts.section(head)]
    if stops:
        blocks.append(parts.section(_finding_list(f"🟥 *Stops the start* ({len(stops)})", stops, explain)))
    if warns:
        blocks.append(parts.section(_finding_list(f"🟧 *Warnings* ({len(warns)})", warns, explain)))
    if warns and not stops:
        blocks.append(parts.context(Mrkdwn(f"To start all the same choose “{_LEVELS[ValidationLevel.ERROR]}”.")))
    return blocks


def _finding_list(title: str, found: Sequence[Finding], explain: Explain) -> Mrkdwn:
    lines = [Mrkdwn(title)]
    for finding in found[:_SHOWN_FINDINGS]:
        sentence, hint = explain(finding)
        lines.append(phrase("• {sentence}", sentence=literal(sentence, 200)))
        if not is_known(finding.code) and (said := say.quoted("Cutover", finding.detail)):
            lines.append(phrase("   {said}", said=said))
        if hint:
            lines.append(phrase("   → {hint}", hint=literal(hint, 200)))
    rest = len(found) - _SHOWN_FINDINGS
    return join("\n", [*lines, Mrkdwn(f"+{rest} more") if rest > 0 else None])


def findings_message(
    runbook: Runbook, findings: Sequence[Finding], explain: Explain, severity: Callable[[str], str]
) -> Message:
    """The findings as a message."""
    return message(findings_blocks(runbook, findings, explain, severity))


def needs_name(runbook: Runbook, action: Action) -> bool:
    """Whether the runbook's name must be typed: for every cancel, and for anything in a live run."""
    return action == "cancel" or words.is_live(runbook)


_STAGE_TEXT = {
    "pause": ("Pause runbook", "Pause", "Why? Everybody waits until it is resumed."),
    "resume": ("Resume runbook", "Resume", "What changed?"),
    "cancel": ("Cancel runbook", "Cancel the run", "Why? A canceled run cannot be taken up again."),
}


def stage(runbook: Runbook, action: Action, *, meta: StageMeta) -> View:
    """Pause, resume or cancel with a message. The name to type goes into `meta` for `read_stage`."""
    title, submit, hint = _STAGE_TEXT[action]
    name = typed_name(runbook.name) if needs_name(runbook, action) else ""
    blocks = [
        parts.section(join("\n", [bold(runbook.name, 150), words.run_type(runbook.run_type)])),
        parts.field("Message", parts.text_input(lines=True, longest=1_000), "message", hint=hint, optional=True),
        parts.field(
            "Notices",
            parts.choices("checkboxes", [parts.option("Cutover tells the people of this runbook", "notify")]),
            "notify",
            optional=True,
        ),
    ]
    if name:
        blocks.append(parts.field("Name of the runbook", parts.text_input(longest=300), "name", hint=f"Type {name}"))
    kept = meta.model_copy(update={"name": name, "action": action})
    return View(parts.modal(title, ViewId.STAGE, blocks, submit=submit, meta=encode_meta(kept), close="Go back"))


def read_stage(state: State, runbook_name: str = "") -> StageForm | Errors:
    """`runbook_name`: the `name` of the modal's `StageMeta`; empty when nothing had to be typed."""
    if runbook_name and not forms.same_name(forms.text(state, "name"), runbook_name):
        return {"name": f"Type the runbook's name: {typed_name(runbook_name)}"}
    return StageForm(forms.text(state, "message"), "notify" in forms.choices(state, "notify"))


def status(runbook: Runbook, *, meta: RunbookMeta, preset: str | None = None, text: Text | None = None) -> View:
    """RAG status with its reason; starts with what is set now unless `preset` and `text` say otherwise."""
    options = [parts.option(words.rag_word(rag), rag) for rag in (Rag.GREEN, Rag.AMBER, Rag.RED, Rag.OFF)]
    reason = clean((text or runbook.status_message).raw, lines=True)
    initial = reason if forms.fits(reason, 1_000) else None
    blocks = [
        parts.section(bold(runbook.name, 150)),
        parts.field("Status", parts.choices("radio_buttons", options, [preset or runbook.status]), "status"),
        parts.field("Reason", parts.text_input(initial=initial, lines=True, longest=1_000), "message", optional=True),
    ]
    return View(parts.modal("Runbook status", ViewId.STATUS, blocks, submit="Save", meta=encode_meta(meta)))


def read_status(state: State) -> StatusForm | Errors:
    """The status form as sent."""
    chosen = forms.choice(state, "status")
    if chosen not in tuple(Rag):
        return {"status": "Choose a status."}
    return StatusForm(str(chosen), forms.text(state, "message"))
