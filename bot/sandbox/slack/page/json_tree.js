// JSON that can be opened step by step.
// The one rule: branches are drawn when they are opened, so a large payload costs nothing while closed.

import { h } from "./dom.js";

const OPEN_DEPTH = 2;

function leaf(value) {
  const kind = value === null ? "null" : typeof value;
  return h("span", { class: `json-${kind}` }, kind === "string" ? JSON.stringify(value) : String(value));
}

const summary = (value) =>
  Array.isArray(value)
    ? `[${value.length}]`
    : `{${Object.keys(value).slice(0, 4).join(", ")}${Object.keys(value).length > 4 ? ", …" : ""}}`;

/** A value as nested details elements. */
export function jsonTree(value, name = "", depth = 0) {
  const label = name === "" ? null : h("span", { class: "json-key" }, `${name}: `);
  if (value === null || typeof value !== "object") return h("div", { class: "json-line" }, label, leaf(value));
  const entries = Object.entries(value);
  if (!entries.length) return h("div", { class: "json-line" }, label, Array.isArray(value) ? "[]" : "{}");
  const inside = h("div", { class: "json-inside" });
  const node = h(
    "details",
    { class: "json-branch" },
    h("summary", {}, label, h("span", { class: "faint" }, summary(value))),
    inside,
  );
  const fill = () => {
    if (node.open && !inside.childElementCount)
      inside.append(...entries.map(([key, one]) => jsonTree(one, key, depth + 1)));
  };
  node.addEventListener("toggle", fill);
  if (depth < OPEN_DEPTH) {
    node.open = true;
    fill();
  }
  return node;
}
