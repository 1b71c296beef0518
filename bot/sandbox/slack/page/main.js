// Starts the page: builds the frame, connects, and draws whenever something changed.
// The one rule: every change ends in one call of render(), and render() may be called at any time.

import * as api from "./api.js";
import { createController, lookAt, settle } from "./controller.js";
import { h } from "./dom.js";
import { createInspector, showInspector } from "./inspector.js";
import { openLive } from "./live.js";
import { createMainPane, showMainPane } from "./main_pane.js";
import { createModal, showModal } from "./modal.js";
import { showSidebar } from "./sidebar.js";
import { createState, isDirect, nameOf } from "./state.js";
import { startTheme } from "./theme.js";
import { createThreadPane, showThreadPane } from "./thread_pane.js";
import { readTraffic } from "./traffic.js";
import { createToasts, showToasts } from "./toasts.js";

const state = createState();
const LONGEST_PRESS = 5000; // milliseconds; a release may get lost outside the window
let waiting = false;
let pressedSince = 0;
let parts = null;
let stopLive = () => {};

/** Draws after the current task, so that many changes cost one drawing. */
function render() {
  if (waiting) return;
  waiting = true;
  queueMicrotask(() => {
    waiting = false;
    draw();
  });
}

const controller = createController(state, render);

/** A node that is replaced between pressing and letting go loses the click: nothing is drawn in between. */
function watchPointer() {
  const letGo = () => {
    // After the click event, which follows the release at once.
    setTimeout(() => {
      pressedSince = 0;
      render();
    }, 0);
  };
  window.addEventListener("pointerdown", () => (pressedSince = Date.now()), true);
  for (const event of ["pointerup", "pointercancel"]) window.addEventListener(event, letGo, true);
  window.addEventListener("blur", letGo); // not captured: controls inside the page blur at every press
}

function draw() {
  if (pressedSince && Date.now() - pressedSince < LONGEST_PRESS) return;
  if (!parts || !state.world || !state.user) return;
  lookAt(state);
  showSidebar(parts.sidebar, controller);
  showMainPane(parts.main, controller);
  showThreadPane(parts.thread, controller);
  showInspector(parts.inspector, controller);
  showModal(parts.modal, controller, document.getElementById("modals"));
  showToasts(parts.toasts, controller);
  parts.banner.hidden = state.connected;
  const title = state.world.channels.find((one) => one.id === state.place);
  document.title = `${title ? `#${title.name}` : state.world.app.name} · ${nameOf(state, state.user)}`;
  document.documentElement.dataset.ready = state.loadedFor === state.user ? "true" : "false";
}

function buildFrame() {
  parts = {
    sidebar: h("aside", { class: "sidebar", "aria-label": "Sidebar", "data-testid": "sidebar" }),
    main: createMainPane(controller),
    thread: createThreadPane(controller),
    inspector: createInspector(controller),
    modal: createModal(),
    toasts: createToasts(),
    banner: h(
      "div",
      { class: "banner", role: "alert", hidden: true, "data-testid": "offline" },
      "The sandbox does not answer. Trying again…",
    ),
  };
  document
    .getElementById("app")
    .replaceChildren(
      parts.banner,
      parts.sidebar,
      parts.main.node,
      parts.thread.node,
      parts.inspector.node,
      parts.toasts.node,
    );
}

async function readWorld() {
  const answer = await api.getWorld();
  if (!answer.ok) throw new api.Unreachable(answer.detail || answer.error);
  state.world = answer;
}

function onChanged(event) {
  if (event.what === "channel" && !event.channel) forgetTraffic();
  if (event.what === "traffic") {
    readTraffic(controller);
  } else if (event.what === "channel" || (isDirect(event.channel) && !state.screen.channels[event.channel])) {
    readWorld().then(
      () => controller.read(),
      () => {},
    );
  } else {
    controller.read(event.channel || controller.here());
  }
}

function connect() {
  stopLive();
  stopLive = openLive(state.user, {
    up: async () => {
      try {
        await readWorld();
        await controller.read();
        state.connected = true;
        readTraffic(controller);
      } catch (error) {
        if (!(error instanceof api.Unreachable)) throw error;
      }
      render();
    },
    down: () => {
      state.connected = false;
      render();
    },
    changed: onChanged,
  });
}

controller.switchUser = (id) => {
  if (id === state.user) return;
  settleAt(`#${id}/${state.place}`);
};

/** From the start again: the numbers begin anew when the sandbox is reset. */
function forgetTraffic() {
  const { inspector } = state;
  inspector.rows = { envelopes: [], calls: [], violations: [] };
  readTraffic(controller);
}

controller.toggleInspector = () => {
  state.inspector.open = !state.inspector.open;
  forgetTraffic();
  render();
};

/** Becomes the person and goes to the place that an address names. */
function settleAt(hash) {
  settle(state, hash);
  state.screen = { channels: {}, threads: {}, views: [], home: null, toasts: [] };
  state.loadedFor = null;
  state.thread = null;
  connect();
  controller.go(state.place, { write: true });
}

async function start() {
  startTheme(render);
  watchPointer();
  document.getElementById("app").textContent = "Connecting…";
  for (;;) {
    try {
      await readWorld();
      break;
    } catch {
      await new Promise((resolve) => {
        setTimeout(resolve, 500);
      });
    }
  }
  buildFrame();
  settleAt(location.hash);
  window.addEventListener("hashchange", () => settleAt(location.hash));
}

start();
