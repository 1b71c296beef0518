"""Views over the log. The one rule: when we saw something and when Cutover says it happened are two columns.

`observed_at` (here `valid_from`) is when the bot saw it: what changes twice between two runs is one version.
"""

from __future__ import annotations

from bot.archive.database import Database
from bot.archive.kinds import KINDS
from bot.archive.runs import FINE

_VERSION = """
SELECT seq, kind, id, parent, op, run_id, source_updated_at, valid_from, valid_to, payload, before FROM (
  SELECT seq, kind, id, parent, op, run_id, source_updated_at, payload, observed_at AS valid_from,
    lead(observed_at) OVER w AS valid_to, lag(payload) OVER w AS before
  FROM change WINDOW w AS (PARTITION BY kind, id ORDER BY seq)) v WHERE op<>'delete'
"""
_VERIFICATION = """
SELECT run_id, kind, count(*) AS units, sum(meta_total) AS expected, sum(uniq) AS seen,
  sum(CASE WHEN status IN ({fine}) THEN 0 ELSE 1 END) AS bad FROM unit GROUP BY run_id, kind
"""
_TASKS = """
SELECT t.*, r.name AS runbook, r.stage AS runbook_stage, w.name AS workspace, f.name AS folder, s.name AS stream,
  y.name AS task_type,
  (SELECT {joined} FROM task_assignees a JOIN names p ON p.kind=a.assignee_kind AND p.id=a.assignee_id
    WHERE a.id=t.id) AS assignees
FROM tasks t LEFT JOIN runbooks r ON r.id=t.runbook_id LEFT JOIN names w ON w.kind='workspace' AND w.id=r.workspace_id
  LEFT JOIN names f ON f.kind='folder' AND f.id=r.folder_id LEFT JOIN names s ON s.kind='stream' AND s.id=t.stream_id
  LEFT JOIN names y ON y.kind='task_type' AND y.id=t.task_type_id
"""
_DEEDS = """
SELECT l.created_at, n.name AS author, l.event, l.description, l.changes, l.runbook_id, r.name AS runbook, l.resource_id
FROM action_logs l LEFT JOIN names n ON n.kind='user' AND n.id=l.author_id
  LEFT JOIN names r ON r.kind='runbook' AND r.id=l.runbook_id
"""
_ACTIVITY = """
SELECT v.seq, v.kind, v.id, v.parent, v.valid_from AS observed_at, v.source_updated_at, v.run_id, n.key AS field,
  {old} AS old, {new} AS new FROM version v {after}
  {before} AND o.key=n.key WHERE v.op='update' AND {differs} AND {wanted}
UNION ALL SELECT v.seq, v.kind, v.id, v.parent, v.valid_from, v.source_updated_at, v.run_id, o.key, {old}, NULL
  FROM version v {was} WHERE v.op='update' AND {old} IS NOT NULL AND {unwanted}
  AND NOT EXISTS (SELECT 1 FROM {now} WHERE n.key=o.key)
"""


def create(database: Database) -> None:
    """Make the views anew; they hold nothing."""
    fine = ",".join(f"'{one}'" for one in FINE)
    parts = [database.activity(_ACTIVITY, member, _ignored()) for member in ("attributes", "relationships")]
    views = {
        "version": _VERSION,
        "activity": " UNION ALL ".join(parts),
        "verification": _VERIFICATION.format(fine=fine),
        "action_logs_named": _DEEDS,
        "tasks_named": _TASKS.format(joined=database.joined("p.name")),
    }
    with database.transaction():
        for name in reversed(views):
            database.execute(f"DROP VIEW IF EXISTS {name}")
        for name, question in views.items():
            database.execute(f"CREATE VIEW {name} AS {question}")


def _ignored() -> str:
    """SQL that is true for the attributes whose change is nobody's doing."""
    return " OR ".join(f"(v.kind='{one.name}' AND {{key}}='{name}')" for one in KINDS for name in sorted(one.ignored))
