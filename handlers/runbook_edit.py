"""Create and edit runbooks. The one rule: only what the person changed is written."""

from __future__ import annotations

from bot.actions import RunbookActions
from bot.blocks import modals, say
from bot.blocks.forms import CreateForm, EditForm, fingerprint
from bot.blocks.ids import ViewId
from bot.blocks.message import View
from bot.blocks.text import phrase
from bot.blocks.values import CreateMeta, EditMeta, seen_runbook
from bot.cutover import UNSET, CutoverClient, RunbookFields
from bot.cutover.drafts import Maybe
from bot.model import Text
from bot.settings import Settings
from bot.slack.answer import Answer
from bot.store import Links
from handlers import grammar
from handlers.ask import Ask, state_of
from handlers.cards import Cards
from handlers.forms import show_form
from handlers.routes import Routes
from handlers.targets import Targets

routes = Routes()
_WORKSPACES = 100


@routes.command("runbook", "create", "[name]")
async def create_runbook(ask: Ask, answer: Answer, client: CutoverClient, links: Links) -> None:
    """Create a runbook, from a template or blank."""

    async def form() -> View:
        link = links.of(ask.team_id, ask.channel_id)
        here = (await client.get_runbook(link.runbook_id)).workspace_id if link else None
        workspaces = await client.list_workspaces().first(_WORKSPACES)
        name, meta = grammar.unquoted(ask.words), CreateMeta(channel=ask.channel_id)
        return modals.create_runbook(meta=meta, name=name, workspaces=workspaces, workspace_id=here)

    await show_form(answer, "Create runbook", form())


@routes.submit(ViewId.CREATE_RUNBOOK, lambda view: modals.read_create(state_of(view)))
async def submit_create(
    ask: Ask, answer: Answer, form: CreateForm, runbooks: RunbookActions, settings: Settings
) -> None:
    fields = RunbookFields(name=form.name.raw, description=form.description.raw or UNSET)
    runbook = await runbooks.create(
        ask.wish,
        fields,
        template_id=form.template_id,
        workspace_id=None if form.template_id else form.workspace_id,
        shift_fixed_times=form.shift_fixed_times,
    )
    said = phrase("{name} is created.", name=runbook.name)
    hint = f"`/{settings.bot_command_prefix}cutover link {runbook.id}` binds a channel to it."
    await answer.say(say.done(said, hint=hint, buttons=say.runbook_buttons(runbook)))


@routes.command("runbook", "edit", "[runbook]")
async def edit_runbook(ask: Ask, answer: Answer, targets: Targets) -> None:
    """Change the name or description of a runbook."""
    words = grammar.unquoted(ask.words)
    if not words:
        targets.runbook_id(ask, "")

    async def form() -> View:
        runbook = await targets.runbook(ask, words)
        meta = EditMeta(
            r=runbook.id,
            seen=seen_runbook(runbook),
            channel=ask.channel_id,
            name=fingerprint(runbook.name),
            text=fingerprint(runbook.description),
        )
        return modals.edit_runbook(runbook, meta=meta)

    await show_form(answer, "Edit runbook", form())


@routes.submit(ViewId.EDIT_RUNBOOK, lambda view: modals.read_edit(state_of(view)))
async def submit_edit(ask: Ask, answer: Answer, form: EditForm, runbooks: RunbookActions, cards: Cards) -> None:
    """Compared with what the form showed, not with what is stored now: others may have edited meanwhile."""
    meta = ask.meta(EditMeta)
    fields = RunbookFields(name=_edited(form.name, meta.name), description=_edited(form.description, meta.text))
    if fields.name is UNSET and fields.description is UNSET:
        await answer.say(say.note("Nothing was changed, so nothing was sent."))
        return
    runbook = await runbooks.edit(ask.wish, meta.r, fields)
    cards.forget(runbook.id)
    await answer.say(say.done(phrase("{name} is saved.", name=runbook.name), buttons=say.runbook_buttons(runbook)))


def _edited(sent: Text | None, shown: str) -> Maybe[str]:
    return UNSET if sent is None or fingerprint(sent) == shown else sent.raw
