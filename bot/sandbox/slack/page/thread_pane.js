// The thread beside the channel.
// The one rule: the parent stands first, replies below, and closing gives the keyboard back to the message.

import { h } from "./dom.js";
import { createComposer, showComposer } from "./composer.js";
import { icon } from "./icons.js";
import { channelOf, messagesOf, threadOf } from "./state.js";
import { createTimeline, showTimeline } from "./timeline.js";

export function createThreadPane(controller) {
  const close = () => {
    const { channel, ts } = controller.state.thread;
    controller.openThread(null);
    const message = document.querySelector(`.main-pane [data-focus-key="${CSS.escape(`${channel}/${ts}`)}"]`);
    if (message) message.focus();
  };
  const own = {
    title: h("small", { class: "faint" }),
    timeline: createTimeline("Thread", "thread-messages"),
    composer: createComposer(controller, { inThread: true }),
    shown: null,
  };
  const shut = { "aria-label": "Close the thread", "data-testid": "thread-close", on: { click: close } };
  const cross = h("button", { type: "button", class: "tool push", ...shut }, icon("close"));
  const head = h("header", { class: "pane-head" }, h("h2", {}, "Thread"), own.title, cross);
  const names = { "aria-label": "Thread", "data-testid": "thread", hidden: true };
  own.node = h("aside", { class: "thread-pane", ...names }, head, own.timeline.scroller, own.composer.node);
  own.node.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  return own;
}

export function showThreadPane(own, controller) {
  const { state } = controller;
  own.node.hidden = !state.thread;
  if (!state.thread) {
    own.shown = null;
    return;
  }
  const { channel, ts } = state.thread;
  const name = channelOf(state, channel) ? `#${channelOf(state, channel).name}` : "";
  if (own.title.textContent !== name) own.title.textContent = name;
  const replies = threadOf(state, channel, ts).filter((one) => one.ts !== ts);
  const parent =
    messagesOf(state, channel).find((one) => one.ts === ts) ||
    threadOf(state, channel, ts).find((one) => one.ts === ts);
  const place = `${state.user}/${channel}/${ts}`;
  showTimeline(own.timeline, controller, channel, parent ? [parent, ...replies] : replies, {
    place,
    inThread: true,
  });
  showComposer(own.composer, { channel, thread: ts, placeholder: "Reply…" });
  if (own.shown !== place) own.composer.area.focus();
  own.shown = place;
}
