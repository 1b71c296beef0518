// The list that a select opens: a search field and the options below it.
// The one rule: the keyboard stays in the search field; arrows move the marked option, Enter takes it.

import { freshId, h } from "./dom.js";
import { icon } from "./icons.js";
import { closeLayer, openLayer, replaceLayer } from "./layers.js";

const WAIT = 180; // milliseconds of quiet before a type-ahead question is sent

function optionRow(option, index, shared) {
  const chosen = shared.isChosen(option);
  return h(
    "div",
    {
      class: chosen ? "option chosen" : "option",
      role: "option",
      id: `${shared.id}-${index}`,
      "aria-selected": String(chosen),
      "data-testid": "option",
      "data-value": option.value,
      on: { pointerdown: (event) => event.preventDefault(), click: () => shared.take(option) },
    },
    option.before || null,
    h(
      "span",
      { class: "option-words", dir: "auto" },
      h("span", {}, option.text),
      option.description ? h("small", {}, option.description) : null,
    ),
    chosen ? icon("check") : null,
  );
}

function fill(list, groups, shared) {
  list.replaceChildren();
  shared.rows = [];
  for (const group of groups) {
    const rows = group.options.map((option) => {
      const row = optionRow(option, shared.rows.length, shared);
      shared.rows.push({ option, row });
      return row;
    });
    if (group.label)
      list.append(
        h(
          "div",
          { class: "option-group", role: "group", "aria-label": group.label },
          h("div", { class: "option-heading" }, group.label),
          rows,
        ),
      );
    else list.append(...rows);
  }
}

function note(list, shared, words) {
  shared.rows = [];
  list.replaceChildren(h("div", { class: "option-note", role: "status" }, words));
}

function mark(shared, at) {
  shared.at = shared.rows.length ? (at + shared.rows.length) % shared.rows.length : -1;
  shared.rows.forEach(({ row }, index) => row.classList.toggle("marked", index === shared.at));
  const now = shared.rows[shared.at];
  if (now) {
    shared.input.setAttribute("aria-activedescendant", now.row.id);
    now.row.scrollIntoView({ block: "nearest" });
  } else {
    shared.input.removeAttribute("aria-activedescendant");
  }
}

function onKey(event, shared) {
  const { key } = event;
  if (key === "ArrowDown" || key === "ArrowUp") {
    event.preventDefault();
    mark(shared, shared.at + (key === "ArrowDown" ? 1 : -1));
  } else if (key === "Enter") {
    event.preventDefault();
    event.stopPropagation();
    if (shared.rows[shared.at]) shared.take(shared.rows[shared.at].option);
  }
}

async function search(shared, list, source) {
  const query = shared.input.value;
  const turn = (shared.turn += 1);
  const answer = source(query);
  if (answer instanceof Promise) note(list, shared, "Loading…");
  const { groups, words } = await answer;
  if (turn !== shared.turn) return; // an older question answered late
  fill(list, groups, shared);
  if (!shared.rows.length) note(list, shared, words || "No results");
  replaceLayer();
  mark(
    shared,
    Math.max(
      0,
      shared.rows.findIndex(({ option }) => shared.isChosen(option)),
    ),
  );
}

function drawList(id, label, stay) {
  const roles = { role: "listbox", id, "aria-label": label, "aria-multiselectable": stay ? "true" : undefined };
  return h("div", { class: "options", ...roles });
}

function drawInput(id, label, placeholder) {
  const roles = { role: "combobox", "aria-expanded": "true", "aria-controls": id, "aria-autocomplete": "list" };
  const words = { "aria-label": label, placeholder: placeholder || "Search", "data-testid": "picker-input" };
  return h("input", { type: "text", class: "picker-input", autocomplete: "off", ...roles, ...words });
}

/** Takes an option; a list for many choices stays open and shows what is chosen now. */
function taker(shared, { take, stay, isChosen }) {
  return (option) => {
    take(option);
    if (!stay) {
      closeLayer();
      return;
    }
    for (const { option: one, row } of shared.rows) {
      row.classList.toggle("chosen", isChosen(one));
      row.setAttribute("aria-selected", String(isChosen(one)));
    }
    mark(shared, shared.at);
  };
}

/**
 * Opens the list. source(query) gives {groups: [{label?, options: [{value, text, description?}]}], words?} or a
 * promise of it; isChosen(option), take(option) and closed() are called back; stay keeps it open after a choice.
 */
export function openPicker(wish) {
  const { anchor, label, placeholder, source, isChosen, closed, stay, typeahead } = wish;
  const id = freshId("list");
  const list = drawList(id, label, stay);
  const input = drawInput(id, label, placeholder);
  const shared = { id, input, rows: [], at: -1, turn: 0, isChosen };
  shared.take = taker(shared, wish);
  let timer = null;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (typeahead) timer = setTimeout(() => search(shared, list, source), WAIT);
    else search(shared, list, source);
  });
  input.addEventListener("keydown", (event) => onKey(event, shared));
  const top = h("div", { class: "picker-search" }, icon("search"), input);
  const node = h("div", { class: "picker", "data-testid": "picker" }, top, list);
  const width = Math.max(240, Math.min(anchor.getBoundingClientRect().width, 480));
  node.style.setProperty("min-width", `${width}px`);
  openLayer(anchor, node, closed);
  if (!node.isConnected) return; // a second click on the same control closes its list
  input.focus();
  search(shared, list, source);
}
