// What Slack itself says to the person: a command that timed out, a name it does not know.
// The one rule: each is shown once, is read out by screen readers, and leaves by itself.

import { h, keyed } from "./dom.js";
import { icon } from "./icons.js";

const LIFE = 9; // seconds

export function createToasts() {
  return { node: h("div", { class: "toasts", role: "status", "aria-live": "polite", "data-testid": "toasts" }), first: new Map(), shownFor: null, timer: null };
}

export function showToasts(own, controller) {
  const { state } = controller;
  const now = Date.now() / 1000;
  const all = [...state.screen.toasts, ...state.localToasts];
  for (const toast of all) {
    // Those that were already there when the page came, or the person changed, are old news.
    const old = own.shownFor !== state.user && !state.localToasts.includes(toast);
    if (!own.first.has(toast.id)) own.first.set(toast.id, old ? 0 : now);
  }
  if (state.loadedFor === state.user) own.shownFor = state.user;
  const alive = all.filter((one) => !state.closedToasts.has(one.id) && now - own.first.get(one.id) < LIFE);
  keyed(own.node, alive, {
    key: (one) => String(one.id),
    sig: (one) => one.text,
    draw: (one) => h("div", { class: "toast", "data-testid": "toast" }, icon("warn"), h("span", { dir: "auto" }, one.text),
      h("button", { type: "button", class: "tool", "aria-label": "Dismiss", on: { click: () => { state.closedToasts.add(one.id); controller.render(); } } }, icon("close"))),
  });
  clearTimeout(own.timer);
  if (alive.length) own.timer = setTimeout(() => controller.render(), 1000);
}
