// Dialogs over the page: the focus trap, and the confirm dialog of Block Kit.
// The one rule: while a dialog is open the keyboard cannot leave it, and afterwards it is where it was.

import { freshId, h } from "./dom.js";
import { letters, textBlock, textInline } from "./blocks/text.js";

const REACHABLE =
  'a[href], button:not([disabled]), input:not([disabled]), textarea:not([disabled]), select:not([disabled]), [tabindex="0"]';

export const reachable = (root) =>
  [...root.querySelectorAll(REACHABLE)].filter((node) => node.offsetParent !== null || node === document.activeElement);

/** Keeps Tab inside `root`. */
export function trap(root) {
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    const all = reachable(root);
    if (!all.length) return event.preventDefault();
    const edge = event.shiftKey ? all[0] : all[all.length - 1];
    const inside = root.contains(document.activeElement) && document.activeElement !== root;
    if (document.activeElement === edge || (!inside && event.shiftKey)) {
      event.preventDefault();
      (event.shiftKey ? all[all.length - 1] : all[0]).focus();
    }
  });
}

/** Brings the keyboard back to a control, also when it was redrawn meanwhile. */
export function returnFocus(before) {
  if (!before) return;
  const key = before.dataset && before.dataset.focusKey;
  const target = before.isConnected ? before : key && document.querySelector(`[data-focus-key="${CSS.escape(key)}"]`);
  if (target) target.focus({ preventScroll: true });
}

function confirmBox(confirm, env, done) {
  const title = freshId("confirm");
  const words = freshId("confirm");
  const choice = (text, style, testid, answer) =>
    h(
      "button",
      { type: "button", class: `button ${style}`, "data-testid": testid, on: { click: () => done(answer) } },
      text,
    );
  const no = choice(confirm.deny ? textInline(confirm.deny, env) : "Cancel", "", "confirm-deny", false);
  const style = confirm.style === "danger" ? "button-danger solid" : "button-primary solid";
  const yes = choice(confirm.confirm ? textInline(confirm.confirm, env) : "Yes", style, "confirm-yes", true);
  const roles = { role: "alertdialog", "aria-modal": "true", "aria-labelledby": title, "aria-describedby": words };
  const box = h(
    "div",
    { class: "dialog confirm", "data-testid": "confirm", ...roles },
    h("h2", { id: title, class: "dialog-title", dir: "auto" }, letters(confirm.title) || "Are you sure?"),
    h("div", { id: words, class: "dialog-body" }, textBlock(confirm.text, env)),
    h("div", { class: "dialog-foot" }, no, yes),
  );
  return { box, yes };
}

/** Asks with a Block Kit confirm object; resolves to true for the confirming button. */
export function confirmDialog(confirm, env) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const done = (answer) => {
      overlay.remove();
      returnFocus(before);
      resolve(answer);
    };
    const { box, yes } = confirmBox(confirm, env, done);
    const overlay = h("div", { class: "overlay overlay-top" }, box);
    trap(box);
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      done(false);
    });
    document.getElementById("dialogs").append(overlay);
    yes.focus();
  });
}
