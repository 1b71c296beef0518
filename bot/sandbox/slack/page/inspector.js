// The inspector: every payload sent to the app, every call it made, everything Slack would have refused.
// The one rule: it shows the traffic as it was, not a tale about it; rows only add what helps to find one.

import * as api from "./api.js";
import { clear, h, keyed } from "./dom.js";
import { clockSeconds } from "./dates.js";
import { icon } from "./icons.js";
import { jsonTree } from "./json_tree.js";
import { copyText } from "./message_actions.js";
import { nameOf, zoneOf } from "./state.js";

const KEEP = 400; // rows of each kind
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
  if (!row.acked) return h("span", { class: "ack bad" }, row.in_time === false ? "no ack" : "…");
  const ms = Math.round(row.ack_ms);
  return h("span", { class: row.in_time === false ? "ack bad" : ms > SLOW ? "ack slow" : "ack good" }, `${ms} ms`);
}

const statusBadge = (row) => h("span", { class: row.answer && row.answer.ok === false || row.status >= 400 ? "ack bad" : "ack good" },
  row.answer && row.answer.ok === false ? String(row.answer.error) : String(row.status ?? ""));

const TABS = {
  envelopes: { label: "To the app", cells: (state, row) => [row.kind, about(row), row.user ? nameOf(state, row.user) : "",
    `${row.transport}${row.attempts && row.attempts.length > 1 ? ` ×${row.attempts.length}` : ""}`, ackBadge(row)] },
  calls: { label: "API calls", cells: (state, row) => [row.method, String((row.args || {}).text || (row.args || {}).channel || "").slice(0, 160), row.token || "",
    row.ms === undefined || row.ms === null ? "" : `${Math.round(row.ms)} ms`, statusBadge(row)] },
  violations: { label: "Violations", cells: (state, row) => [row.method || "", (row.reasons || row.errors || row.messages || [row.reason || row.error]).join(" · "), "", "", h("span", { class: "ack bad" }, row.error || "refused")] },
};

const timeOf = (row) => row.at ?? (row.attempts && row.attempts[0] ? row.attempts[0].at : null);

function drawRow(controller, tab, row) {
  const { state } = controller;
  const at = timeOf(row);
  const [kind, words, who, how, badge] = TABS[tab].cells(state, row);
  const inside = h("div", { class: "row-inside" });
  const node = h("details", { class: "traffic-row", "data-testid": "traffic-row", "data-n": row.n }, h("summary", {}, h("span", { class: "row-n" }, String(row.n ?? "")),
    h("time", {}, at ? clockSeconds(at, zoneOf(state)) : ""), h("span", { class: "row-kind" }, kind), h("span", { class: "row-words", dir: "auto" }, words), h("span", { class: "faint" }, who), h("span", { class: "faint" }, how), badge), inside);
  const fill = () => {
    if (!node.open) return;
    clear(inside, h("button", { type: "button", class: "button small", on: { click: () => copyText(controller, JSON.stringify(row, null, 2)) } }, icon("copy", 13), "Copy JSON"), jsonTree(row));
  };
  node.addEventListener("toggle", () => { state.inspector.openRows[node.open ? "add" : "delete"](`${tab} ${row.n}`); fill(); });
  if (state.inspector.openRows.has(`${tab} ${row.n}`)) node.open = true;
  return node;
}

function keepNew(old, fresh) {
  const all = new Map(old.map((row) => [row.n, row]));
  for (const row of fresh) all.set(row.n, row);
  return [...all.values()].sort((a, b) => a.n - b.n).slice(-KEEP);
}

/** Where to read on: an envelope still waiting for its ack is read again. */
function lastSettled(rows) {
  const open = rows.find((row) => row.acked === false && row.in_time !== false);
  return open ? open.n - 1 : rows.length ? rows[rows.length - 1].n : 0;
}

/** Reads the new traffic; envelopes and calls only while the inspector is open. */
export async function readTraffic(controller) {
  const { inspector } = controller.state;
  if (inspector.reading) {
    inspector.again = true;
    return;
  }
  inspector.reading = true;
  try {
    do {
      inspector.again = false;
      const { rows } = inspector;
      const wanted = inspector.open ? [api.getEnvelopes(lastSettled(rows.envelopes)), api.getCalls(rows.calls.length ? rows.calls[rows.calls.length - 1].n : 0)] : [];
      const [violations, envelopes, calls] = await Promise.all([api.getViolations(), ...wanted]);
      if (violations.ok) rows.violations = violations.violations.map((row, index) => ({ n: index + 1, ...row }));
      if (envelopes && envelopes.ok) rows.envelopes = keepNew(rows.envelopes, envelopes.envelopes);
      if (calls && calls.ok) rows.calls = keepNew(rows.calls, calls.calls);
    } while (inspector.again);
  } catch (error) {
    if (!(error instanceof api.Unreachable)) throw error;
  } finally {
    inspector.reading = false;
    controller.render();
  }
}

export function createInspector(controller) {
  const { inspector } = controller.state;
  const own = { tabs: h("div", { class: "inspector-tabs", role: "tablist", "aria-label": "Traffic" }), rows: h("div", { class: "inspector-rows", role: "tabpanel", tabindex: "0", "aria-label": "Traffic rows" }) };
  const filter = h("input", { type: "search", class: "field inspector-filter", placeholder: "Filter", "aria-label": "Filter traffic", "data-testid": "inspector-filter",
    on: { input: (event) => { inspector.filter = event.target.value; controller.render(); } } });
  const tool = (label, name, click, testid) => h("button", { type: "button", class: "tool", "aria-label": label, title: label, "data-testid": testid, on: { click } }, icon(name));
  own.node = h("section", { class: "inspector", "aria-label": "Inspector", "data-testid": "inspector", hidden: true }, h("div", { class: "inspector-head" }, own.tabs, filter,
    tool("Copy the rows shown", "copy", () => copyText(controller, JSON.stringify(shownRows(inspector), null, 2)), "inspector-copy"),
    tool("Close the inspector", "close", () => controller.toggleInspector(), "inspector-close")), own.rows);
  own.node.addEventListener("keydown", (event) => { if (event.key === "Escape") controller.toggleInspector(); });
  return own;
}

function shownRows({ rows, tab, filter }) {
  const words = filter.trim().toLowerCase();
  return words ? rows[tab].filter((row) => JSON.stringify(row).toLowerCase().includes(words)) : rows[tab];
}

function drawTabs(own, controller) {
  const { inspector } = controller.state;
  keyed(own.tabs, Object.entries(TABS), {
    key: ([name]) => name,
    sig: ([name]) => `${inspector.tab === name} ${inspector.rows[name].length}`,
    draw: ([name, { label }]) => h("button", { type: "button", role: "tab", class: inspector.tab === name ? "tab current" : "tab", "aria-selected": String(inspector.tab === name), "data-testid": `tab-${name}`,
      "data-focus-key": `tab ${name}`, on: { click: () => { inspector.tab = name; controller.render(); } } }, label, h("span", { class: "count" }, String(inspector.rows[name].length))),
  });
}

export function showInspector(own, controller) {
  const { state } = controller;
  const { inspector } = state;
  own.node.hidden = !inspector.open;
  if (!inspector.open) return;
  drawTabs(own, controller);
  const atEnd = own.rows.scrollHeight - own.rows.scrollTop - own.rows.clientHeight < 40 || own.tab !== inspector.tab;
  own.tab = inspector.tab;
  keyed(own.rows, shownRows(inspector), { key: (row) => `${inspector.tab} ${row.n}`, sig: (row) => JSON.stringify(row), draw: (row) => drawRow(controller, inspector.tab, row) });
  if (!own.rows.childElementCount) own.rows.append(h("p", { class: "nothing" }, inspector.filter ? "Nothing matches." : inspector.tab === "violations" ? "Slack would have refused nothing so far." : "No traffic yet."));
  if (atEnd) own.rows.scrollTop = own.rows.scrollHeight;
}
