"""Faults that change nothing anybody could see, each looked at and with its reason. The one rule: `make mutants` tries
these too, and one that a test does notice, or that is not there any more, has to leave this list.

(module, function, what became what): why.
"""

from __future__ import annotations

DIFF, INGRESS, FRONT = "bot/watch/diff.py", "bot/slack/ingress.py", "bot/slack/front.py"
RECORD, JOURNAL, CHAIN = "bot/journal/record.py", "bot/journal/journal.py", "bot/journal/chain.py"
VERIFY, EXPORT = "bot/journal/verify.py", "bot/journal/export.py"
BUDGET, QUEUE, SENDER = "bot/outbox/budget.py", "bot/outbox/queue.py", "bot/outbox/sender.py"
RULES, TEXT, HTML = "bot/identity/rules.py", "bot/blocks/text.py", "bot/blocks/html.py"
SAME: dict[tuple[str, str, str], str] = {
    (DIFF, "diff", "was is not task and was != task -> was is not task or was != task"): (
        "a short cut: what is equal gives no change on the long way either"
    ),
    (DIFF, "_when", "9 -> 10"): "the end comes last with any rank above the others",
    (DIFF, "_when", "0 -> 1"): "stage and status of the runbook are found in this order, and sorting keeps it",
    (DIFF, "_when", "1 -> 2"): "the runbook is looked at before the streams, and sorting keeps that",
    (DIFF, "_when", "2 -> 3"): "streams are found before tasks and have no number, so they stay before those",
    (DIFF, "_when", "7 -> 8"): "nothing else has so high a rank without a moment",
    (
        INGRESS,
        "_too_deep",
        "raw.count(b'[') + raw.count(b'{') <= _DEPTH -> raw.count(b'[') + raw.count(b'{') < _DEPTH",
    ): ("a short cut: just so many brackets are counted the long way, with the same result"),
    (INGRESS, "", "8.0 -> 9.0"): "a pace: how long a slow sender is waited for",
    (FRONT, "", "2048 -> 2049"): "how many are remembered before the disk is asked",
    (FRONT, "", "1.5 -> 2.5"): "a pace: how long a locked database is waited for, below Slack's three seconds",
    (TEXT, "plain", "width(fenced) <= limit -> width(fenced) < limit"): "what just fits is whole on the other way, too",
    ("bot/blocks/clean.py", "_hangul", "return '' -> return None"): "neither joins anything",
    (
        "bot/blocks/clean.py",
        "_continues",
        "ch > 'ऀ' -> ch >= 'ऀ'",
    ): "this one is a mark, which belongs to its letter anyway",
    (HTML, "_words", "return '' -> return None"): "its caller takes what it had for both",
    (HTML, "from_html", "50000 -> 50001"): "a pace: far more than is shown",
    (RECORD, "Intent.key", "40 -> 41"): "so much of a hash tells wishes apart, and more does",
    (JOURNAL, "Journal.last", "1 -> 2"): "only the first is taken",
    (CHAIN, "Trail._batch", "True -> False"): "in which order the keys stand: the text is kept as it was hashed",
    (CHAIN, "_anything", "1 -> 2"): "only whether there is a row is asked",
    (CHAIN, "_anything", "1 -> 2 (2)"): "only whether there is a row is asked",
    (CHAIN, "_anything", "1 -> 2 (3)"): "only whether there is a row is asked",
    (CHAIN, "", "500 -> 501"): "how many go into one transaction",
    (CHAIN, "", "1.0 -> 2.0"): "a pace: how long it gathers",
    (CHAIN, "", "5.0 -> 6.0"): "a pace: how long a database that fails is left alone",
    (EXPORT, "entries", "0.0 -> 1.0"): "one second after 1970",
    (EXPORT, "json_lines", "0.0 -> 1.0"): "one second after 1970",
    (EXPORT, "csv_lines", "0.0 -> 1.0"): "one second after 1970",
    (EXPORT, "", "2000 -> 2001"): "how many are read at once",
    (VERIFY, "", "2000 -> 2001"): "how many are read at once",
    (VERIFY, "_check_journal", "0.0 -> 1.0"): "of a wish that the trail does not know only the state is looked at",
    (BUDGET, "Window.free_at", "self._taken[0] <= now - self._seconds -> self._taken[0] < now - self._seconds"): (
        "what ends now is free now, counted or not"
    ),
    (BUDGET, "", "60.0 -> 61.0 (2)"): "a turn that is past holds up nobody: how long it is kept",
    (BUDGET, "Budget.update_at", "at > now - _FORGET -> at >= now - _FORGET"): "the same",
    (QUEUE, "", "6.0 -> 7.0"): "a pace: how long a lease is",
    (QUEUE, "", "100 -> 101"): "how many letters are read at once",
    (QUEUE, "Lane", "0 -> 1"): "it is read with the letters, before anybody asks for it",
    (QUEUE, "_knock", "lanes.c.next_at > now -> lanes.c.next_at >= now"): "both are the same moment then",
    (QUEUE, "_knock", "lanes.c.due_at <= may -> lanes.c.due_at < may"): "both are the same moment then",
    (QUEUE, "give_back", "0 -> 1"): "only the first letter of all has the number 1, and its lane is as new as it is",
    (QUEUE, "reload", "0 -> 1"): "without letters it is not asked for",
    (SENDER, "", "3.0 -> 4.0"): "a pace: how long Slack is waited for",
    (SENDER, "Sender._in_order", "True -> False"): "posts of one channel wait alike: it saves looking at each",
    (CHAIN, "Trail.__init__", "16 -> 17"): "so much of a random id tells writers apart, and more does",
    ("bot/identity/groups.py", "UserGroups._ask", "1.0 -> 2.0"): "a pace: how long Slack is waited for",
    ("bot/slack/secrets.py", "without_secrets", "len(words) > 1 -> len(words) >= 1"): "one word alone is kept as it is",
    (RULES, "read", "1 -> 2"): "one byte too many tells, two do as well",
    (RULES, "_Strict.construct_mapping", "False -> True"): "whether the parts are made now or later: they are the same",
}
