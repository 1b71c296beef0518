// Pop-ups that hang on a control: menus and pickers.
// The one rule: one at a time; Esc or a click elsewhere closes it and the keyboard goes back to the control.

import { h } from "./dom.js";
import { icon } from "./icons.js";

let open = null; // the one pop-up of this window

/** The control again after a redraw replaced it. */
function still(anchor) {
  if (anchor.isConnected) return anchor;
  const key = anchor.dataset.focusKey;
  return key ? document.querySelector(`[data-focus-key="${CSS.escape(key)}"]`) : null;
}

const TALLEST = 440; // pixels

/** Below the control, or above it where there is more room. */
function place(node, anchor) {
  const box = anchor.getBoundingClientRect();
  const below = window.innerHeight - box.bottom - 12;
  const above = box.top - 12;
  node.style.setProperty("max-height", `${TALLEST}px`);
  const own = node.getBoundingClientRect();
  const under = own.height <= below || below >= above;
  const left = Math.max(8, Math.min(box.left, window.innerWidth - own.width - 8));
  node.style.setProperty("left", `${left}px`);
  node.style.setProperty("top", under ? `${box.bottom + 4}px` : "auto");
  node.style.setProperty("bottom", under ? "auto" : `${window.innerHeight - box.top + 4}px`);
  node.style.setProperty("max-height", `${Math.max(140, Math.min(TALLEST, under ? below : above))}px`);
}

/** Places the open pop-up again after its content changed. */
export function replaceLayer() {
  const anchor = open && still(open.anchor);
  if (anchor) place(open.node, anchor);
}

export function closeLayer(refocus = true) {
  if (!open) return;
  const { node, anchor, onClose, outside } = open;
  open = null;
  document.removeEventListener("pointerdown", outside, true);
  node.remove();
  const target = still(anchor);
  if (target) target.setAttribute("aria-expanded", "false");
  if (refocus && target) target.focus({ preventScroll: true });
  if (onClose) onClose();
}

export function openLayer(anchor, node, onClose) {
  const again = open && open.anchor === anchor;
  closeLayer(false);
  if (again) return;
  const outside = (event) => {
    if (!node.contains(event.target) && !anchor.contains(event.target)) closeLayer(false);
  };
  open = { node, anchor, onClose, outside };
  document.addEventListener("pointerdown", outside, true);
  node.classList.add("layer");
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      closeLayer();
    }
  });
  document.getElementById("layers").append(node);
  anchor.setAttribute("aria-expanded", "true");
  place(node, anchor);
}

function moveFocus(items, step) {
  const at = items.indexOf(document.activeElement);
  const next = step === "first" ? 0 : step === "last" ? items.length - 1 : (at + step + items.length) % items.length;
  if (items[next]) items[next].focus();
}

const STEPS = { ArrowDown: 1, ArrowUp: -1, Home: "first", End: "last" };

function menuItem(item) {
  if (item.separator) return h("div", { class: "menu-line", role: "separator" });
  if (item.heading) return h("div", { class: "menu-heading" }, item.heading);
  return h(
    "button",
    {
      type: "button",
      class: item.selected ? "menu-item selected" : "menu-item",
      role: item.selected === undefined ? "menuitem" : "menuitemradio",
      "aria-checked": item.selected === undefined ? undefined : String(item.selected),
      "data-testid": item.testid,
      "data-value": item.value,
      on: {
        click: () => {
          closeLayer();
          item.run();
        },
      },
    },
    item.icon ? icon(item.icon) : item.before || null,
    h("span", { class: "menu-words" }, h("span", {}, item.label), item.detail ? h("small", {}, item.detail) : null),
    item.selected ? icon("check") : null,
  );
}

/** items: {label, detail?, icon?, run()} or {separator} or {heading}. */
export function openMenu(anchor, label, items) {
  const node = h(
    "div",
    { class: "menu", role: "menu", "aria-label": label, "data-testid": "menu" },
    items.map(menuItem),
  );
  node.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    moveFocus([...node.querySelectorAll("button")], step);
  });
  openLayer(anchor, node);
  const first = node.querySelector("button.selected") || node.querySelector("button");
  if (first && node.isConnected) first.focus();
}
