// One message, drawn.
// The one rule: a message looks to this person as it does in Slack: who, when, only you, edited, pinned, replies, reactions.

import { authorName, avatar, colorOf, isFromApp } from "./author.js";
import { drawBlocks } from "./blocks/index.js";
import { clock, clockSeconds, dayLabel } from "./dates.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { attachment, fileCard, reactions, replies, toolbar } from "./message_parts.js";
import { allBlocks } from "./inputs.js";
import { mrkdwn } from "./mrkdwn.js";
import { contextOf, messageSurface } from "./surface.js";

const KEYS = { t: "open-thread", ".": "message-menu", m: "message-menu", r: "add-reaction" };

/** Keys on a message that has the keyboard itself: t thread, m or . menu, r reaction. */
function onKey(event) {
  const test =
    KEYS[event.key] || (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10") ? "message-menu" : null);
  if (event.target !== event.currentTarget || !test || event.ctrlKey || event.metaKey || event.altKey) return;
  const found = event.currentTarget.querySelector(`[data-testid="${test}"]`);
  if (!found) return;
  event.preventDefault();
  found.click();
}

function head(controller, message, env) {
  const { state } = controller;
  return h(
    "div",
    { class: "message-head" },
    h("span", { class: "author", dir: "auto" }, authorName(state, message)),
    isFromApp(message) ? h("span", { class: "app-badge" }, "APP") : null,
    h(
      "time",
      {
        class: "faint",
        title: `${dayLabel(Number(message.ts), env.zone, env.now())} ${clockSeconds(Number(message.ts), env.zone)}`,
      },
      clock(Number(message.ts), env.zone),
    ),
  );
}

/** A message without blocks; the mark "(edited)" stands behind its last line. */
function plainText(message, env, edited) {
  const node = h("div", { class: "message-text" }, mrkdwn(message.text || "", env));
  if (edited)
    (node.lastElementChild && node.lastElementChild.matches(".para") ? node.lastElementChild : node).append(edited);
  return node;
}

function content(controller, channel, message) {
  const blocks = allBlocks(message);
  const ctx = contextOf(controller, messageSurface(channel, message, blocks));
  const edited = message.edited ? h("span", { class: "edited", "data-testid": "edited" }, "(edited)") : null;
  const text =
    message.blocks && message.blocks.length ? drawBlocks(message.blocks, ctx) : plainText(message, ctx.env, edited);
  return [
    message.subtype === "thread_broadcast" ? h("div", { class: "faint" }, "replied to a thread") : null,
    text,
    edited && !edited.parentNode ? edited : null,
    (message.attachments || []).map((one) => attachment(one, ctx)),
    (message.files || []).map((one) => fileCard(one, controller.state.user)),
  ];
}

/** The banners above a message. */
function banners(message) {
  return [
    message.is_ephemeral
      ? h("div", { class: "only-you", "data-testid": "only-you" }, icon("eye", 14), "Only visible to you")
      : null,
    message.pinned || (message.pinned_to || []).length
      ? h("div", { class: "pinned", "data-testid": "pinned" }, icon("pin", 14), "Pinned")
      : null,
  ];
}

function classesOf(message, compact) {
  const classes = {
    compact,
    ephemeral: message.is_ephemeral,
    "is-pinned": message.pinned,
    "me-message": message.subtype === "me_message",
    system: /^(channel|group)_/.test(message.subtype || ""),
  };
  return ["message", ...Object.keys(classes).filter((name) => classes[name])].join(" ");
}

/** The attributes by which people, tests and screen readers find a message. */
function attributesOf(channel, message, label, compact) {
  return {
    class: classesOf(message, compact),
    tabindex: "-1",
    role: "listitem",
    "aria-label": label,
    "data-testid": "message",
    "data-ts": message.ts,
    "data-user": message.user || "",
    "data-ephemeral": message.is_ephemeral ? "true" : undefined,
    "data-focus-key": `${channel}/${message.ts}`,
    on: { keydown: onKey },
  };
}

export function drawMessage(controller, channel, message, { compact = false, inThread = false } = {}) {
  const { state } = controller;
  const env = controller.env();
  const name = authorName(state, message);
  const time = clock(Number(message.ts), env.zone);
  const side = compact
    ? h("time", { class: "side-time" }, time)
    : avatar(message.user || message.bot_id, name, isFromApp(message), 36, colorOf(state, message.user));
  const main = h(
    "div",
    { class: "message-main" },
    compact ? null : head(controller, message, env),
    content(controller, channel, message),
    reactions(controller, channel, message),
    replies(controller, channel, message, inThread),
  );
  const row = h("div", { class: "message-row" }, h("div", { class: "message-side" }, side), main);
  const attributes = attributesOf(channel, message, `${name}, ${time}`, compact);
  return h("article", attributes, banners(message), row, toolbar(controller, channel, message));
}
