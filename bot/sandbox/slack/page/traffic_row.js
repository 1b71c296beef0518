// One row of the inspector: a line that helps to find it, and the whole JSON inside.
// The one rule: the line may leave out, the JSON may not.

import { clear, h } from "./dom.js";
import { clockSeconds } from "./dates.js";
import { icon } from "./icons.js";
import { jsonTree } from "./json_tree.js";
import { copyText } from "./message_actions.js";
import { nameOf, zoneOf } from "./state.js";
import { bare, isOpen } from "./traffic.js";

const SLOW = 250; // milliseconds: an ack that takes longer is marked

/** One line that says what an envelope is about. */
function about(envelope) {
  const payload = envelope.payload || {};
  const inner = payload.payload && typeof payload.payload === "object" ? payload.payload : payload;
  if (inner.command) return `${inner.command} ${inner.text || ""}`;
  if (inner.event) return inner.event.type;
  if (inner.actions) return `${inner.type} ${inner.actions.map((one) => one.action_id).join(", ")}`;
  const callback = inner.callback_id || (inner.view && inner.view.callback_id) || inner.action_id || "";
  return `${inner.type || ""} ${callback}`;
}

function ackBadge(row) {
  if (!row.acked) return h("span", { class: isOpen(row) ? "ack slow" : "ack bad" }, isOpen(row) ? "waiting" : "no ack");
  const ms = row.ack_ms;
  return h("span", { class: row.in_time === false ? "ack bad" : ms > SLOW ? "ack slow" : "ack good" }, millis(ms));
}

const statusBadge = (row) =>
  h(
    "span",
    { class: (row.answer && row.answer.ok === false) || row.status >= 400 ? "ack bad" : "ack good" },
    row.answer && row.answer.ok === false ? String(row.answer.error) : String(row.status ?? ""),
  );

/** Milliseconds, with a decimal where it matters. */
const millis = (ms) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

export const TABS = {
  envelopes: {
    label: "To the app",
    cells: (state, row) => [
      row.kind,
      about(row),
      row.user ? nameOf(state, row.user) : "",
      `${row.transport}${row.attempts && row.attempts.length > 1 ? ` ×${row.attempts.length}` : ""}`,
      ackBadge(row),
    ],
  },
  calls: {
    label: "API calls",
    cells: (state, row) => [
      row.method,
      String((row.args || {}).text || (row.args || {}).channel || "").slice(0, 160),
      row.token || "",
      typeof row.ms === "number" ? millis(row.ms) : "",
      statusBadge(row),
    ],
  },
  violations: {
    label: "Violations",
    cells: (state, row) => [
      row.source,
      (row.messages || []).join(" · "),
      "",
      "",
      h("span", { class: "ack bad" }, row.error || "refused"),
    ],
  },
};

const timeOf = (row) => row.at ?? (row.attempts && row.attempts[0] ? row.attempts[0].at : null);

function fill(controller, inside, row) {
  const copy = () => copyText(controller, JSON.stringify(bare(row), null, 2));
  const button = h(
    "button",
    { type: "button", class: "button small", on: { click: copy } },
    icon("copy", 13),
    "Copy JSON",
  );
  clear(inside, button, jsonTree(bare(row)));
}

function summaryOf(state, tab, row) {
  const at = timeOf(row);
  const [kind, words, who, how, badge] = TABS[tab].cells(state, row);
  return h(
    "summary",
    {},
    h("span", { class: "row-n" }, String(row.n)),
    h("time", {}, at ? clockSeconds(at, zoneOf(state)) : ""),
    h("span", { class: "row-kind" }, kind),
    h("span", { class: "row-words", dir: "auto" }, words),
    h("span", { class: "faint" }, who),
    h("span", { class: "faint" }, how),
    badge,
  );
}

export function drawRow(controller, tab, row) {
  const { state } = controller;
  const { openRows } = state.inspector;
  const key = `${tab} ${row.n}`;
  const inside = h("div", { class: "row-inside" });
  const hooks = { "data-testid": "traffic-row", "data-n": row.n };
  const node = h("details", { class: "traffic-row", ...hooks }, summaryOf(state, tab, row), inside);
  node.addEventListener("toggle", (event) => {
    if (event.target !== node) return;
    if (node.open) openRows.add(key);
    else openRows.delete(key);
    if (node.open) fill(controller, inside, row);
  });
  node.open = openRows.has(key);
  return node;
}
