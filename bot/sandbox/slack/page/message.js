// One message, drawn.
// The one rule: a message looks to this person as it does in Slack: who, when, only you, edited, pinned, replies, reactions.

import { h } from "./dom.js";
import { clock, clockSeconds, dayLabel } from "./dates.js";
import { emoji } from "./emoji.js";
import { icon } from "./icons.js";
import { openMenu } from "./layers.js";
import { mrkdwn } from "./mrkdwn.js";
import { drawBlocks } from "./blocks/index.js";
import { picture } from "./blocks/text.js";
import { messageActions, quickReactions } from "./message_actions.js";
import { nameOf, userOf } from "./state.js";
import { contextOf, messageSurface } from "./surface.js";

const COLORS = ["#2f7f86", "#8a5a9e", "#b3623b", "#3f78b5", "#5c8a3a", "#a84a63", "#7a6a2f", "#4f5fa8"];

/** A square with initials: pictures of people would have to come from outside. */
export function avatar(id, name, isApp, size = 36) {
  const sum = [...String(id)].reduce((total, char) => (total * 31 + char.charCodeAt(0)) % 9973, 7);
  const initials = String(name).split(/\s+/).map((word) => word[0] || "").join("").slice(0, 2).toUpperCase();
  return h("span", { class: isApp ? "avatar avatar-app" : "avatar", "aria-hidden": "true",
    style: { "background-color": isApp ? "" : COLORS[sum % COLORS.length], width: `${size}px`, height: `${size}px`, "font-size": `${Math.round(size * 0.4)}px` } },
  isApp ? icon("bolt", Math.round(size * 0.55)) : initials);
}

export const isFromApp = (message) => Boolean(message.bot_id) || message.subtype === "bot_message";

export function authorName(state, message) {
  if (message.username) return message.username;
  if (message.user) return nameOf(state, message.user);
  return isFromApp(message) ? state.world.app.name : "Slackbot";
}

/** All blocks of a message, those of its attachments too: one press sends the values of all of them. */
export const allBlocks = (message) => [...(message.blocks || []), ...(message.attachments || []).flatMap((one) => one.blocks || [])];

function attachment(one, ctx) {
  const color = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" }[one.color] || (/^#?[0-9a-f]{6}$/i.test(one.color || "") ? `#${one.color.replace("#", "")}` : "");
  const inside = one.blocks ? drawBlocks(one.blocks, ctx) : [
    one.title ? h("strong", {}, one.title) : null,
    one.text || (!one.title && one.fallback) ? h("div", {}, mrkdwn(one.text || one.fallback, ctx.env)) : null,
    (one.fields || []).map((field) => h("div", { class: "para" }, h("strong", {}, field.title), " ", field.value)),
    one.image_url ? picture(one.image_url, one.fallback || "image", "block-image") : null,
    one.footer ? h("div", { class: "faint" }, one.footer) : null,
  ];
  return [one.pretext ? h("div", {}, mrkdwn(one.pretext, ctx.env)) : null, h("div", { class: "attachment", style: { "border-left-color": color } }, inside)];
}

function fileCard(file) {
  const name = file.title || file.name || file.id;
  const url = file.url_private || file.permalink || "";
  const local = url.startsWith("/") || url.startsWith(`${location.origin}/`);
  const isPicture = /^image\//.test(file.mimetype || "") && local;
  return h("div", { class: "file", "data-testid": "file" }, isPicture ? picture(url, name, "block-image") : icon("file", 22),
    local ? h("a", { href: url, class: "link", download: name }, name) : h("span", {}, name), file.size ? h("small", { class: "faint" }, `${Math.ceil(file.size / 1024)} kB`) : null);
}

function reactions(controller, channel, message) {
  const { state } = controller;
  if (!(message.reactions || []).length) return null;
  return h("div", { class: "reactions" }, message.reactions.map((one) => {
    const mine = (one.users || []).includes(state.user);
    const names = (one.users || []).map((id) => nameOf(state, id)).join(", ");
    return h("button", { type: "button", class: mine ? "reaction mine" : "reaction", "aria-pressed": String(mine), title: `${names} reacted with :${one.name}:`,
      "data-testid": "reaction", "data-name": one.name, "data-focus-key": `${channel}/${message.ts} reaction ${one.name}`,
      on: { click: () => controller.act("react", { channel, ts: message.ts, name: one.name, remove: mine }) } },
    h("span", { class: "emoji" }, emoji(one.name) || `:${one.name}:`), ` ${one.count}`);
  }));
}

function replies(controller, channel, message, inThread) {
  if (!message.reply_count || inThread) return null;
  const { state } = controller;
  const last = message.latest_reply ? `Last reply ${clock(Number(message.latest_reply), controller.env().zone)}` : "";
  return h("button", { type: "button", class: "reply-bar", "data-testid": "replies", "data-focus-key": `${channel}/${message.ts} replies`,
    on: { click: () => controller.openThread(channel, message.ts) } },
  (message.reply_users || []).slice(0, 4).map((id) => avatar(id, nameOf(state, id), (userOf(state, id) || {}).is_bot, 20)),
  h("strong", {}, `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`), h("span", { class: "faint" }, last));
}

function toolbar(controller, channel, message) {
  const tool = (label, name, click, testid) => h("button", { type: "button", class: "tool", tabindex: "-1", "aria-label": label, title: label, "data-testid": testid,
    "data-focus-key": `${channel}/${message.ts} ${testid}`, on: { click } }, icon(name));
  const menu = (title, items) => (event) => openMenu(event.currentTarget, title, items());
  if (message.is_ephemeral) {
    return h("div", { class: "toolbar" }, tool("Dismiss", "close", () => { controller.state.hiddenEphemeral.add(message.ts); controller.render(); }, "dismiss"));
  }
  return h("div", { class: "toolbar", role: "toolbar", "aria-label": "Message actions" },
    tool("Add a reaction", "smile", menu("Reactions", () => quickReactions(controller, channel, message)), "add-reaction"),
    tool("Reply in thread", "reply", () => controller.openThread(channel, message.thread_ts || message.ts), "open-thread"),
    tool("More actions", "more", menu("Message actions", () => messageActions(controller, channel, message)), "message-menu"));
}

const KEYS = { t: "open-thread", ".": "message-menu", m: "message-menu", r: "add-reaction" };

/** Keys on a message that has the keyboard itself: t thread, m or . menu, r reaction. */
function onKey(event) {
  const test = KEYS[event.key] || (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10") ? "message-menu" : null);
  if (event.target !== event.currentTarget || !test || event.ctrlKey || event.metaKey || event.altKey) return;
  const found = event.currentTarget.querySelector(`[data-testid="${test}"]`);
  if (!found) return;
  event.preventDefault();
  found.click();
}

function head(controller, message, env) {
  const { state } = controller;
  return h("div", { class: "message-head" }, h("span", { class: "author", dir: "auto" }, authorName(state, message)),
    isFromApp(message) ? h("span", { class: "app-badge" }, "APP") : null,
    h("time", { class: "faint", title: `${dayLabel(Number(message.ts), env.zone, env.now())} ${clockSeconds(Number(message.ts), env.zone)}` }, clock(Number(message.ts), env.zone)));
}

function content(controller, channel, message) {
  const blocks = allBlocks(message);
  const ctx = contextOf(controller, messageSurface(channel, message, blocks));
  const edited = message.edited ? h("span", { class: "edited", "data-testid": "edited" }, "(edited)") : null;
  const text = message.blocks && message.blocks.length ? drawBlocks(message.blocks, ctx) : h("div", { class: "message-text" }, mrkdwn(message.text || "", ctx.env));
  return [message.subtype === "thread_broadcast" ? h("div", { class: "faint" }, "replied to a thread") : null, text, edited,
    (message.attachments || []).map((one) => attachment(one, ctx)), (message.files || []).map(fileCard)];
}

/** The banners above a message. */
function banners(message) {
  return [message.is_ephemeral ? h("div", { class: "only-you", "data-testid": "only-you" }, icon("eye", 14), "Only visible to you") : null,
    message.pinned || (message.pinned_to || []).length ? h("div", { class: "pinned", "data-testid": "pinned" }, icon("pin", 14), "Pinned") : null];
}

export function drawMessage(controller, channel, message, { compact = false, inThread = false } = {}) {
  const { state } = controller;
  const env = controller.env();
  const name = authorName(state, message);
  const side = compact ? h("time", { class: "side-time" }, clock(Number(message.ts), env.zone)) : avatar(message.user || message.bot_id, name, isFromApp(message));
  const classes = ["message", compact ? "compact" : "", message.is_ephemeral ? "ephemeral" : "", message.pinned ? "is-pinned" : "",
    message.subtype === "me_message" ? "me-message" : "", /^(channel|group)_/.test(message.subtype || "") ? "system" : ""];
  return h("article", { class: classes.filter(Boolean).join(" "), tabindex: "-1", role: "listitem", "aria-label": `${name}, ${clock(Number(message.ts), env.zone)}`,
    "data-testid": "message", "data-ts": message.ts, "data-user": message.user || "", "data-ephemeral": message.is_ephemeral ? "true" : undefined,
    "data-focus-key": `${channel}/${message.ts}`, on: { keydown: onKey } },
  banners(message), h("div", { class: "message-row" }, h("div", { class: "message-side" }, side),
    h("div", { class: "message-main" }, compact ? null : head(controller, message, env), content(controller, channel, message),
      reactions(controller, channel, message), replies(controller, channel, message, inThread))),
  toolbar(controller, channel, message));
}
