"""Answers: the sentence, what to do next, and nothing that should not be read by everybody."""

from __future__ import annotations

import pytest
from blocks_world import DANA, NOW, runbook, task

from bot.blocks import lists, modals, say
from bot.blocks.board import Counts, bar
from bot.blocks.text import Mrkdwn
from bot.blocks.values import ListValue, decode
from bot.errors import CutoverError, NotLinked, RateLimited
from bot.model import Text


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-1234-abcdef",
        "Bearer 0123456789",
        "5f4dcc3b5aa765d61d8327deb882cf99aabbccddeeff0011",
        "https://bot:hunter2@db.example/x",
        "eyJhbGciOiJIUzI1NiJ9.e30.abc",
        "capy_live_abcdef",
    ],
)
def test_secrets_in_a_server_s_words_are_hidden(secret: str) -> None:
    made = say.error(CutoverError("Cutover refused.", detail=Text(f"token {secret} is wrong")))
    assert "[hidden]" in made.text
    assert secret not in made.text
    assert secret.split()[-1] not in made.text


def test_a_stack_trace_is_cut_to_its_first_line() -> None:
    trace = "Boom\nTraceback (most recent call last):\n  File app.rb:12" + "x" * 9_000
    made = say.error(CutoverError("Cutover broke.", detail=Text(trace)))
    assert "Boom" in made.text
    assert "Traceback" not in made.text
    assert len(made.text) < 300


def test_an_error_says_what_to_do() -> None:
    made = say.error(NotLinked("This channel is linked to no runbook.", "Use /cutover link."))
    assert made.text == "🤔 This channel is linked to no runbook.\nUse /cutover link."
    assert "Try again in 20 s" in say.error(RateLimited("Slow.", retry_after=19.6)).text


def test_help_groups_by_command_and_uses_the_prefix() -> None:
    entries = [
        say.HelpEntry("task", "start [task]", "Start a task."),
        say.HelpEntry("runbook", "show", "Show a runbook."),
        say.HelpEntry("task", "next", "What can start."),
    ]
    lines = say.help(entries, "dr-").text.split("\n")
    assert lines[0] == "`/dr-task start [task]`  Start a task."
    assert lines[1].startswith("`/dr-task next`")
    assert lines[2].startswith("`/dr-runbook show`")
    assert len(say.help([], "").blocks) == 1


def test_whoami_without_a_cutover_user_says_so() -> None:
    assert "no user with your e-mail" in say.whoami(DANA, person=None, operator=True).text


def test_progress_is_never_full_before_the_end_nor_empty_after_the_start() -> None:
    assert bar(Counts(waiting=99, complete=1)).startswith("▰▱")
    assert bar(Counts(waiting=1, complete=99)) == "▰▰▰▰▰▰▰▰▰▱ 99 of 100"
    assert bar(Counts(complete=3)) == "▰▰▰▰▰▰▰▰▰▰ 3 of 3"
    assert bar(Counts()) == "no tasks"


@pytest.mark.parametrize(("page", "pages"), [(1, [2]), (2, [1, 3]), (4, [3])])
def test_paging_goes_both_ways(page: int, pages: list[int]) -> None:
    value = ListValue(r="71", kind="all", page=page)
    made = lists.tasks(
        runbook(), [task()], title="Tasks", names={}, streams={}, page=page, total=35, value=value, now=NOW
    )
    row = made.blocks[-1]["elements"]
    assert [decode(ListValue, button["value"]).page for button in row] == pages
    assert len({button["action_id"] for button in row}) == len(row)  # Slack wants it in one row


def test_lists_start_tasks_only_in_a_run() -> None:
    def verbs(stage: str) -> list[str]:
        made = lists.tasks(
            runbook(stage=stage),
            [task()],
            title="T",
            names={},
            streams={},
            page=1,
            total=1,
            value=ListValue(r="71", kind="all"),
            now=NOW,
        )
        return [b["accessory"]["text"]["text"] for b in made.blocks if "accessory" in b]

    assert verbs("active") == ["Finish"]
    assert verbs("paused") == ["Show"]


def test_a_notice_has_no_buttons_that_would_lose_their_channel() -> None:
    value = ListValue(r="71", kind="all")
    made = lists.tasks(runbook(), [task()], title="T", names={}, streams={}, page=2, total=30, value=value, now=NOW)
    assert "button" in str(made.blocks)
    view = modals.notice("Tasks", made)
    assert "button" not in str(view.payload)
    assert "Stop replication" in str(view.payload)
    assert modals.notice("Note", Mrkdwn("Done.")).payload["blocks"][0]["text"]["text"] == "Done."
