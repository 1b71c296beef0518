// What Slack itself says to the person: a command that timed out, a name it does not know.
// The one rule: each is shown once, is read out by screen readers, and leaves by itself.

import { h, keyed } from "./dom.js";
import { icon } from "./icons.js";

const LIFE = 9; // seconds

export function createToasts() {
  return {
    node: h("div", { class: "toasts", role: "status", "aria-live": "polite", "data-testid": "toasts" }),
    first: new Map(),
    shownFor: null,
    timer: null,
  };
}

/** The toasts still to be shown; those that were there when the page came, or the person changed, are old news. */
function alive(own, state, now) {
  // The server counts toasts per person, and from 1 again after a reset.
  const theirs = state.screen.toasts.map((one) => ({ ...one, id: `${state.user} ${one.id} ${one.at}` }));
  const all = [...theirs, ...state.localToasts];
  for (const toast of all) {
    const old = own.shownFor !== state.user && !state.localToasts.includes(toast);
    if (!own.first.has(toast.id)) own.first.set(toast.id, old ? 0 : now);
  }
  if (state.loadedFor === state.user) own.shownFor = state.user;
  return all.filter((one) => !state.closedToasts.has(one.id) && now - own.first.get(one.id) < LIFE);
}

function drawToast(controller, toast) {
  const click = () => {
    controller.state.closedToasts.add(toast.id);
    controller.render();
  };
  const close = h("button", { type: "button", class: "tool", "aria-label": "Dismiss", on: { click } }, icon("close"));
  return h(
    "div",
    { class: "toast", "data-testid": "toast" },
    icon("warn"),
    h("span", { dir: "auto" }, toast.text),
    close,
  );
}

export function showToasts(own, controller) {
  const shown = alive(own, controller.state, Date.now() / 1000);
  keyed(own.node, shown, {
    key: (one) => String(one.id),
    sig: (one) => one.text,
    draw: (one) => drawToast(controller, one),
  });
  clearTimeout(own.timer);
  if (shown.length) own.timer = setTimeout(() => controller.render(), 1000);
}
