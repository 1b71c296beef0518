// The middle of the page: a channel with its composer, or the app with its Home and Messages tabs.
// The one rule: the frame is built once; only what changed inside it is drawn again.

import { clear, h, redraw } from "./dom.js";
import { createComposer, showComposer } from "./composer.js";
import { icon } from "./icons.js";
import { avatar } from "./author.js";
import { channelOf, directChannel, messagesOf, topicOf } from "./state.js";
import { patchBlocks, viewSurface } from "./surface.js";
import { createTimeline, showTimeline } from "./timeline.js";

export function createMainPane(controller) {
  const own = {
    head: h("header", { class: "pane-head" }),
    timeline: createTimeline("Messages", "messages"),
    composer: createComposer(controller),
    note: h("div", { class: "join" }),
    home: h("div", {
      class: "home",
      "data-testid": "home",
      tabindex: "0",
      role: "region",
      "aria-label": "Home tab",
    }),
    homeBlocks: h("div", { class: "home-blocks" }),
  };
  own.node = h("main", { class: "main-pane" }, own.head, own.home, own.timeline.scroller, own.note, own.composer.node);
  return own;
}

function tabs(controller, home) {
  const tab = (label, current, place, testid) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        class: current ? "tab current" : "tab",
        "aria-selected": String(current),
        "data-testid": testid,
        "data-focus-key": `apptab ${label}`,
        disabled: !place,
        on: { click: () => controller.go(place) },
      },
      label,
    );
  return h(
    "div",
    { class: "app-tabs", role: "tablist", "aria-label": "App" },
    controller.state.world.app.home_tab ? tab("Home", home, "home", "tab-home") : null,
    tab("Messages", !home, directChannel(controller.state), "tab-messages"),
  );
}

function appHead(controller) {
  const { app } = controller.state.world;
  return [
    avatar(app.id, app.name, true, 28),
    h("h1", { dir: "auto" }, app.name),
    tabs(controller, controller.state.place === "home"),
  ];
}

function channelHead(controller, channel) {
  const { app } = controller.state.world;
  const members = channel.members || [];
  const topic = topicOf(channel);
  const absent = !members.includes(app.bot_user_id) && !channel.is_archived && members.includes(controller.state.user);
  return [
    icon(channel.is_private ? "lock" : "hash", 18),
    h("h1", { dir: "auto" }, channel.name),
    h("span", { class: "topic", dir: "auto", title: topic }, topic),
    absent
      ? h(
          "button",
          {
            type: "button",
            class: "button small",
            "data-testid": "invite-app",
            "data-focus-key": "invite",
            on: { click: () => controller.act("invite", { channel: channel.id, user: app.bot_user_id }) },
          },
          `Invite ${app.name}`,
        )
      : null,
    h("span", { class: "members", title: `${members.length} members` }, `${members.length} members`),
  ];
}

function showHead(own, controller, channel) {
  const { state } = controller;
  const direct = directChannel(state);
  redraw(own.head, JSON.stringify([state.user, state.place, channel, direct, state.world.app]), () =>
    channel ? channelHead(controller, channel) : appHead(controller),
  );
}

function showHome(own, controller) {
  const { home } = controller.state.screen;
  if (!home) {
    const words = controller.state.world.app.home_tab
      ? "This app has not published a Home tab for you yet."
      : "This app has no Home tab. Type / in a channel to see what it can do.";
    own.homeView = null;
    clear(own.home, h("p", { class: "nothing" }, words));
    return;
  }
  if (!own.homeBlocks.isConnected || own.homeView !== home.id) clear(own.home, clear(own.homeBlocks));
  own.homeView = home.id;
  own.homeBlocks.dataset.viewId = home.id;
  patchBlocks(own.homeBlocks, controller, viewSurface(home));
}

/** Below the messages: the composer, or why there is none. */
function showFoot(own, controller, channel, isHome) {
  const { state } = controller;
  const inside = !channel || (channel.members || []).includes(state.user);
  const writable = !isHome && inside && !(channel && channel.is_archived);
  own.composer.node.hidden = !writable;
  own.note.hidden = writable || isHome;
  if (writable) {
    const name = channel ? `#${channel.name}` : state.world.app.name;
    showComposer(own.composer, { channel: state.place, placeholder: `Message ${name}` });
  } else if (!isHome) {
    redraw(own.note, JSON.stringify([state.user, channel]), () =>
      channel.is_archived
        ? ["This channel is archived."]
        : [
            h("span", {}, `You are looking at #${channel.name}.`),
            h(
              "button",
              {
                type: "button",
                class: "button button-primary solid",
                "data-testid": "join",
                on: { click: () => controller.act("join", { channel: channel.id }) },
              },
              "Join channel",
            ),
          ],
    );
  }
}

export function showMainPane(own, controller) {
  const { state } = controller;
  const isHome = state.place === "home";
  const direct = !isHome && state.place.startsWith("D");
  const channel = isHome || direct ? null : channelOf(state, state.place);
  showHead(own, controller, channel);
  own.home.hidden = !isHome;
  own.timeline.scroller.hidden = isHome;
  if (isHome) showHome(own, controller);
  else
    showTimeline(own.timeline, controller, state.place, messagesOf(state, state.place), {
      place: `${state.user}/${state.place}`,
    });
  showFoot(own, controller, channel, isHome);
  if (state.wantsComposer && !own.composer.node.hidden && !state.screen.views.length) own.composer.area.focus();
  state.wantsComposer = false;
}
