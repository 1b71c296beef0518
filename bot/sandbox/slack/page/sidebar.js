// The left side: who acts, channels, the app, and the switches of this page.
// The one rule: it shows only what the person would see in Slack; the switcher is the one thing Slack does not have.

import { h, redraw } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./layers.js";
import { avatar, colorOf } from "./author.js";
import { directChannel, me, nameOf, unreadOf, visibleChannels } from "./state.js";
import { nextTheme, themeName } from "./theme.js";

function entry(controller, { place, label, image, unread, current, testid }) {
  const classes = ["place", current ? "current" : "", unread.count ? "unread" : ""].filter(Boolean).join(" ");
  return h(
    "button",
    {
      type: "button",
      class: classes,
      "aria-current": current ? "page" : undefined,
      "data-testid": testid,
      "data-place": place,
      "data-focus-key": `place ${place}`,
      "aria-label": unread.count ? `${label}, ${unread.count} unread` : label,
      on: { click: (event) => controller.go(place, { write: event.detail > 0 }) },
    },
    image,
    h("span", { class: "place-name", dir: "auto" }, label),
    unread.mention
      ? h("span", { class: "badge" }, String(unread.count))
      : unread.count
        ? h("span", { class: "dot" })
        : null,
  );
}

function switcher(controller) {
  const { state } = controller;
  const user = me(state);
  const people = state.world.users.filter((one) => !one.is_bot && !one.deleted && !one.is_stranger);
  const items = [
    { heading: "Act as" },
    ...people.map((one) => ({
      label: nameOf(state, one.id),
      detail: one.is_restricted ? "guest" : `@${one.name}`,
      selected: one.id === state.user,
      before: avatar(one.id, nameOf(state, one.id), false, 24, one.avatar),
      value: one.id,
      testid: "user-choice",
      run: () => controller.switchUser(one.id),
    })),
  ];
  return h(
    "button",
    {
      type: "button",
      class: "switcher",
      "data-testid": "user-switcher",
      "data-focus-key": "switcher",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      title: "Act as somebody else",
      on: { click: (event) => openMenu(event.currentTarget, "Act as", items) },
    },
    avatar(state.user, nameOf(state, state.user), false, 32, colorOf(state, state.user)),
    h(
      "span",
      { class: "switcher-words" },
      h("strong", { dir: "auto" }, nameOf(state, state.user)),
      h("small", {}, user && user.is_restricted ? "guest" : "acting as"),
    ),
    icon("down"),
  );
}

const KEYS = [
  ["Enter, Shift+Enter", "send, new line"],
  ["/ @ # :", "complete commands, people, channels, emoji"],
  ["Up, Down", "between messages, places, options"],
  ["T on a message", "its thread"],
  [". or M on a message", "its actions and shortcuts"],
  ["R on a message", "react"],
  ["Ctrl+Enter", "submit a modal"],
  ["Esc", "close what is on top"],
];

function footButton(words, testid, click, ...inside) {
  const names = { "aria-label": words, title: words, "data-testid": testid, "data-focus-key": testid };
  return h("button", { type: "button", class: "foot-button", ...names, on: { click } }, inside);
}

function footer(controller) {
  const { inspector } = controller.state;
  const bad = inspector.rows.violations.length;
  const badge = bad ? h("span", { class: "badge", title: "Calls that Slack would refuse" }, String(bad)) : null;
  const toggle = () => controller.toggleInspector();
  const traffic = footButton(
    "Inspector",
    "inspector-toggle",
    toggle,
    icon("traffic"),
    h("span", { class: "foot-words" }, "Inspector"),
    badge,
  );
  traffic.classList.toggle("on", inspector.open);
  traffic.setAttribute("aria-pressed", String(inspector.open));
  const switchTheme = () => {
    nextTheme();
    controller.render();
  };
  const lines = KEYS.map(([label, detail]) => ({ label, detail, run: () => {} }));
  const help = (event) => openMenu(event.currentTarget, "Keyboard", [{ heading: "Keyboard" }, ...lines]);
  return h(
    "div",
    { class: "sidebar-foot" },
    traffic,
    footButton("Keyboard help", "help", help, "?"),
    footButton(`Theme: ${themeName()}`, "theme-toggle", switchTheme, icon(themeName() === "dark" ? "moon" : "sun")),
  );
}

/** Up and down move between the places. */
function onKey(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !event.target.matches(".place")) return;
  event.preventDefault();
  const all = [...event.currentTarget.querySelectorAll(".place")];
  const next = all[(all.indexOf(event.target) + step + all.length) % all.length];
  next.focus();
}

function drawSidebar(controller) {
  const { state } = controller;
  const { team, app } = state.world;
  const none = { count: 0, mention: false };
  const channels = visibleChannels(state).map((one) =>
    entry(controller, {
      place: one.id,
      label: one.name,
      testid: "channel",
      current: state.place === one.id,
      unread: state.place === one.id ? none : unreadOf(state, one.id),
      image: icon(one.is_private ? "lock" : "hash"),
    }),
  );
  const direct = directChannel(state);
  const inApp = state.place === "home" || (direct && state.place === direct);
  const nav = h(
    "nav",
    { class: "places", "aria-label": "Conversations" },
    h("h2", {}, "Channels"),
    channels,
    h("h2", {}, "Apps"),
    entry(controller, {
      place: app.home_tab ? "home" : direct || "home",
      label: app.name,
      testid: "app",
      current: inApp,
      unread: direct && !inApp ? unreadOf(state, direct) : none,
      image: avatar(app.id, app.name, true, 20),
    }),
  );
  nav.addEventListener("keydown", onKey);
  return [
    h("div", { class: "team" }, h("strong", { dir: "auto" }, team.name), h("small", {}, "embedded Slack")),
    switcher(controller),
    nav,
    footer(controller),
  ];
}

export function showSidebar(node, controller) {
  const { state } = controller;
  const unread = visibleChannels(state).map((one) => unreadOf(state, one.id));
  const direct = directChannel(state);
  const mark = JSON.stringify([
    state.user,
    state.place,
    state.world.channels,
    state.world.users,
    state.world.app.name,
    unread,
    direct && unreadOf(state, direct),
    state.inspector.open,
    state.inspector.rows.violations.length,
    themeName(),
  ]);
  redraw(node, mark, () => drawSidebar(controller));
}
