// The inspector: every payload sent to the app, every call it made, everything Slack would have refused.
// The one rule: it shows the traffic as it was, not a tale about it.

import { h, keyed } from "./dom.js";
import { icon } from "./icons.js";
import { copyText } from "./message_actions.js";
import { bare, isOpen } from "./traffic.js";
import { drawRow, TABS } from "./traffic_row.js";

const NEAR_END = 40; // pixels that still count as "at the newest row"

function shownRows({ rows, tab, filter }) {
  const words = filter.trim().toLowerCase();
  return words ? rows[tab].filter((row) => JSON.stringify(row).toLowerCase().includes(words)) : rows[tab];
}

function drawFilter(controller) {
  const input = (event) => {
    controller.state.inspector.filter = event.target.value;
    controller.render();
  };
  const words = { placeholder: "Filter", "aria-label": "Filter traffic", "data-testid": "inspector-filter" };
  return h("input", { type: "search", class: "field inspector-filter", ...words, on: { input } });
}

function tool(label, name, testid, click) {
  const words = { "aria-label": label, title: label, "data-testid": testid };
  return h("button", { type: "button", class: "tool", ...words, on: { click } }, icon(name));
}

export function createInspector(controller) {
  const { inspector } = controller.state;
  const copy = () => copyText(controller, JSON.stringify(shownRows(inspector).map(bare), null, 2));
  const tabs = h("div", { class: "inspector-tabs", role: "tablist", "aria-label": "Traffic" });
  const panel = { role: "tabpanel", tabindex: "0", "aria-label": "Traffic rows" };
  const rows = h("div", { class: "inspector-rows", ...panel });
  const head = h(
    "div",
    { class: "inspector-head" },
    tabs,
    drawFilter(controller),
    tool("Copy the rows shown", "copy", "inspector-copy", copy),
    tool("Close the inspector", "close", "inspector-close", () => controller.toggleInspector()),
  );
  const names = { "aria-label": "Inspector", "data-testid": "inspector" };
  const node = h("section", { class: "inspector", hidden: true, ...names }, head, rows);
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape") controller.toggleInspector();
  });
  return { node, tabs, rows, tab: null };
}

function drawTab(controller, name, label) {
  const { inspector } = controller.state;
  const current = inspector.tab === name;
  const click = () => {
    inspector.tab = name;
    controller.render();
  };
  const roles = {
    role: "tab",
    "aria-selected": String(current),
    "data-testid": `tab-${name}`,
    "data-focus-key": `tab ${name}`,
  };
  const count = h("span", { class: "count" }, String(inspector.rows[name].length));
  return h("button", { type: "button", class: current ? "tab current" : "tab", ...roles, on: { click } }, label, count);
}

function nothing({ filter, tab }) {
  const words = tab === "violations" ? "Slack would have refused nothing so far." : "No traffic yet.";
  return h("p", { class: "nothing" }, filter ? "Nothing matches." : words);
}

export function showInspector(own, controller) {
  const { inspector } = controller.state;
  const { node, tabs, rows } = own;
  node.hidden = !inspector.open;
  if (!inspector.open) return;
  keyed(tabs, Object.entries(TABS), {
    key: ([name]) => name,
    sig: ([name]) => `${inspector.tab === name} ${inspector.rows[name].length}`,
    draw: ([name, { label }]) => drawTab(controller, name, label),
  });
  const atEnd = rows.scrollHeight - rows.scrollTop - rows.clientHeight < NEAR_END || own.tab !== inspector.tab;
  own.tab = inspector.tab;
  keyed(rows, shownRows(inspector), {
    key: (row) => `${inspector.tab} ${row.n}`,
    sig: (row) => JSON.stringify(row) + isOpen(row),
    draw: (row) => drawRow(controller, inspector.tab, row),
  });
  if (!rows.childElementCount) rows.append(nothing(inspector));
  if (atEnd) rows.scrollTop = rows.scrollHeight;
}
