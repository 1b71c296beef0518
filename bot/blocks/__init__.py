"""All Block Kit: ids, values, limits, and one module per surface. The one rule: pure, and nobody else builds it.

`card` (a task, a runbook), `lists` (lists and pickers), `modals`, `say` (answers and posts), `text` (names and times
made safe), `html` (comments), `fit` (limits), `ids` and `values` (what comes back).
"""
