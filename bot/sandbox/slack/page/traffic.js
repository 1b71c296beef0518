// Reads the record of traffic between Slack and the app.
// The one rule: a row that may still change (no ack yet, no answer yet) is read again until it cannot.

import * as api from "./api.js";

const KEEP = 400; // rows of each kind
const WAITS = 4000; // milliseconds after which an ack or answer that is not there is called missing

const unfinished = (row) => row.acked === false || (row.method !== undefined && row.answer === null);

/** True while an ack or an answer may still come: Slack waits three seconds. */
export const isOpen = (row) => unfinished(row) && Date.now() - row.firstSeen < WAITS;

/** The row as the server gave it. */
export function bare({ firstSeen: _, ...row }) {
  return row;
}

function keepNew(old, fresh) {
  const all = new Map(old.map((row) => [row.n, row]));
  for (const row of fresh) {
    const known = all.get(row.n);
    all.set(row.n, { ...row, firstSeen: known ? known.firstSeen : Date.now() });
  }
  return [...all.values()].sort((a, b) => a.n - b.n).slice(-KEEP);
}

/** Where to read on. */
function lastSettled(rows) {
  const open = rows.find(isOpen);
  if (open) return open.n - 1;
  return rows.length ? rows[rows.length - 1].n : 0;
}

async function readOnce({ open, rows }) {
  // Violations are counted on the inspector's button, so they are read also while it is closed.
  const wanted = open ? [api.getEnvelopes(lastSettled(rows.envelopes)), api.getCalls(lastSettled(rows.calls))] : [];
  const [violations, envelopes, calls] = await Promise.all([api.getViolations(), ...wanted]);
  if (violations.ok) rows.violations = violations.violations;
  if (envelopes && envelopes.ok) rows.envelopes = keepNew(rows.envelopes, envelopes.envelopes);
  if (calls && calls.ok) rows.calls = keepNew(rows.calls, calls.calls);
}

/** Reads what is new; a wish that comes while reading makes it read once more. */
export async function readTraffic(controller) {
  const { inspector } = controller.state;
  inspector.again = true;
  if (inspector.reading) return;
  inspector.reading = true;
  try {
    while (inspector.again) {
      inspector.again = false;
      await readOnce(inspector);
    }
  } catch (error) {
    if (!(error instanceof api.Unreachable)) throw error;
  } finally {
    inspector.reading = false;
    controller.render();
  }
}
