"""Error codes about values, relations and plans. The one rule: every hint says what to do next."""

from __future__ import annotations

from bot.cutover.codes_text import Meaning

_TIME = "Change the time; Cutover's words name the limit."
_NUMBER = "Change the number; it is most likely the duration."
_LENGTH = "Change the text and send it again."
_ADMIN = "This is set up in Cutover's own pages; ask an administrator there."

_VALUES = {
    "accepted": Meaning("Something has to be ticked as accepted.", "Do it in Cutover; the bot has no such box."),
    "after": Meaning("A time is too early: it has to come after a limit.", _TIME),
    "before": Meaning("A time is too late: it has to come before a limit.", _TIME),
    "is_at": Meaning("A time has to be exactly the one Cutover names.", _TIME),
    "on_or_after": Meaning("A time is too early: it may be the limit or later.", _TIME),
    "on_or_before": Meaning("A time is too late: it may be the limit or earlier.", _TIME),
    "must_be_in_the_past": Meaning("A time lies in the future and has to lie in the past.", _TIME),
    "end_scheduled_must_be_after_start_scheduled": Meaning(
        "The scheduled end is not after the scheduled start.", "Move one of the two times."
    ),
    "blank": Meaning("Something that is needed is empty.", "Fill in what Cutover names and try again."),
    "empty": Meaning("Something must not be empty.", "Fill in what Cutover names and try again."),
    "must_be_empty": Meaning(
        "Something has to be left empty here.",
        "A scheduled end needs a scheduled start, and a planned start excludes a scheduled one.",
    ),
    "exclusion": Meaning("That value is reserved by Cutover.", "Choose another one."),
    "inclusion": Meaning("That value is none of the allowed ones.", "Choose one from the list."),
    "invalid": Meaning("Some of the data is not valid.", "Cutover's words name what; change it and try again."),
    "expired": Meaning("This has run out and has to be asked for anew.", "Ask for a new link, invitation or token."),
    "not_a_number": Meaning("A number is needed here.", "Use digits only."),
    "not_an_integer": Meaning("A whole number is needed here.", "Leave out the decimals."),
    "not_email": Meaning("That is not a valid e-mail address.", "Check it for typing errors."),
    "greater_than": Meaning("A number is too small.", _NUMBER, "A number is too small: it has to be over {}."),
    "greater_than_or_equal_to": Meaning(
        "A number is below the smallest one allowed.", _NUMBER, "A number is too small: it has to be at least {}."
    ),
    "less_than": Meaning("A number is too big.", _NUMBER, "A number is too big: it has to be under {}."),
    "less_than_or_equal_to": Meaning(
        "A number is over the biggest one allowed.", _NUMBER, "A number is too big: it may be {} at most."
    ),
    "other_than": Meaning("A number is the one value not allowed.", _NUMBER, "A number must not be {}."),
    "too_long": Meaning("A text is too long.", _LENGTH, "A text is too long: {} characters at most."),
    "too_short": Meaning("A text is too short.", _LENGTH, "A text is too short: {} characters at least."),
    "wrong_length": Meaning("A text has the wrong length.", _LENGTH, "A text has to be exactly {} characters long."),
    "max_size_error": Meaning("The file is too big.", "Send a smaller one.", "The file is too big: {} at most."),
    "min_size_error": Meaning(
        "The file is too small.", "Check that it is the right one.", "The file is too small: {} at least."
    ),
    "taken": Meaning("That value is in use already.", "Choose another name or key."),
}

_RELATIONS = {
    "at_least_one": Meaning("The last one of its kind has to stay.", "Add another one before you take this one away."),
    "cannot_be_changed_to_an_archived_resource": Meaning(
        "That points at something archived.", "Choose one that is in use, or restore the archived one."
    ),
    "cannot_disable_only_active": Meaning("The only active one cannot be switched off.", _ADMIN),
    "cannot_remove_default": Meaning("The default one cannot be removed.", _ADMIN),
    "cannot_remove_when_in_use": Meaning("It is in use and cannot be removed.", "Take it out of use first."),
    "icon_must_be_unique": Meaning("That icon and colour are taken together.", "Choose another icon or colour."),
    "must_match_account": Meaning(
        "The two things belong to different workspaces.", "Choose both from the same workspace."
    ),
    "not_found": Meaning("Cutover cannot find it.", "It may be archived, deleted, or hidden from this account."),
    "required": Meaning(
        "Something it has to belong to is missing.", "Name the workspace, folder or runbook it belongs to."
    ),
    "too_deep": Meaning("It cannot be nested that deep.", "Put it one level higher."),
    "too_many": Meaning("There are as many of these as Cutover allows.", "Remove one first."),
    "unauthorized": Meaning(
        "This account may not do that in Cutover.", "Ask a runbook admin for the role, or ask them to do it."
    ),
    "users.archive.unable_to_archive_self": Meaning(
        "Nobody can archive their own account.", "Ask another administrator."
    ),
    "visibility_change": Meaning(
        "Who can see it is fixed once it has been used.", "Make a new one with the right setting."
    ),
}

_PLANS = {
    "projects.archive.contains_unarchived_events": Meaning(
        "The folder still holds events in use.", "Archive those events first."
    ),
    "projects.archive.contains_unarchived_runbooks": Meaning(
        "The folder still holds runbooks in use.", "Archive those runbooks first."
    ),
    "runbook.cannot_be_template_with_event": Meaning(
        "A runbook that belongs to an event cannot be a template.", "Take it out of the event, or copy it."
    ),
    "runbook.cannot_remove_template_when_in_use": Meaning(
        "This template has been used, so it stays a template.", "Create a runbook from it instead."
    ),
    "runbook.cannot_switch_from_change_request_runbook_type": Meaning(
        "A change-request runbook keeps its type.", "Create a new runbook with the other type."
    ),
    "runbook.cannot_update_template_status_on_non_template": Meaning(
        "Only templates have a template status.", "Leave it out, or make the runbook a template first."
    ),
}

GENERAL: dict[str, Meaning] = {**_VALUES, **_RELATIONS, **_PLANS}
