// Lists of messages: a channel's conversation and a thread.
// The one rule: a list follows its newest message only if it stood at the bottom, or the person caused it.

import { h, keyed } from "./dom.js";
import { icon } from "./icons.js";
import { dayLabel } from "./dates.js";
import { PAGE_OF_MESSAGES } from "./controller.js";
import { drawMessage } from "./message.js";
import { messageSurface, surfaceMark } from "./surface.js";
import { allBlocks } from "./inputs.js";

const NEAR = 48; // pixels that still count as "at the bottom"
const TOGETHER = 300; // seconds within which messages of one author share a heading

function joins(previous, message) {
  if (!previous || previous.is_ephemeral !== message.is_ephemeral || message.is_ephemeral) return false;
  const same =
    previous.user === message.user && previous.bot_id === message.bot_id && previous.username === message.username;
  return (
    same &&
    !message.pinned &&
    !message.subtype &&
    !previous.subtype &&
    Number(message.ts) - Number(previous.ts) < TOGETHER
  );
}

/** Messages with day dividers between them, each with the facts its drawing depends on. */
function rows(controller, channel, messages, inThread) {
  const env = controller.env();
  const out = [];
  const depth = controller.state.depths.get(channel) || PAGE_OF_MESSAGES;
  if (!inThread && messages.length >= depth) out.push({ key: "older", older: true });
  let day = null;
  let previous = null;
  for (const message of messages) {
    const label = dayLabel(Number(message.ts), env.zone, env.now());
    if (label !== day && !inThread) out.push({ key: `day ${label}`, label });
    const compact = label === day && joins(previous, message);
    out.push({ key: message.ts, message, compact });
    day = label;
    previous = message;
  }
  if (!out.length && !inThread) out.push({ key: "empty", empty: true });
  return out;
}

function signature(controller, channel, row, inThread) {
  if (row.older) return "older";
  if (row.empty) return "empty";
  if (row.label) return row.label;
  const surface = messageSurface(channel, row.message, allBlocks(row.message));
  return `${controller.state.user} ${channel} ${row.compact} ${inThread} ${JSON.stringify(row.message)} ${surfaceMark(controller.state, surface)}`;
}

/** Older messages come on demand; the reader stays at the message that was on top. */
function olderButton(controller, channel) {
  const click = async (event) => {
    const scroller = event.currentTarget.closest(".scroller");
    const below = scroller.scrollHeight - scroller.scrollTop;
    await controller.showOlder(channel);
    setTimeout(() => (scroller.scrollTop = scroller.scrollHeight - below), 0);
  };
  const hooks = { "data-testid": "older", "data-focus-key": "older" };
  return h("button", { type: "button", class: "button small older", ...hooks, on: { click } }, "Show older messages");
}

function drawRow(controller, channel, row, inThread) {
  if (row.older) return olderButton(controller, channel);
  if (row.empty) return h("p", { class: "nothing" }, "Nothing here yet. Type / to see what the app can do.");
  if (row.label) return divider(row.label);
  try {
    return drawMessage(controller, channel, row.message, { compact: row.compact, inThread });
  } catch (error) {
    // One message in an unexpected shape must not take the others with it.
    const words = `This message cannot be drawn: ${error.message}`;
    return h("article", { class: "message unknown", role: "listitem", "data-ts": row.message.ts }, words);
  }
}

const divider = (label) => h("div", { class: "day", role: "separator", "data-testid": "day" }, h("span", {}, label));

export const isAtBottom = (scroller) => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;

/** One message takes part in the Tab order; arrows move to the others. */
function rove(list) {
  const all = [...list.querySelectorAll("article.message")];
  const now = all.find((node) => node.tabIndex === 0) || all[all.length - 1];
  for (const node of all) node.tabIndex = node === now ? 0 : -1;
}

function onKey(event, list) {
  const step = { ArrowDown: 1, ArrowUp: -1, Home: "first", End: "last" }[event.key];
  if (!step || !event.target.matches("article.message")) return;
  const all = [...list.querySelectorAll("article.message")];
  const at = all.indexOf(event.target);
  const next = step === "first" ? all[0] : step === "last" ? all[all.length - 1] : all[at + step];
  if (!next) return;
  event.preventDefault();
  for (const node of all) node.tabIndex = node === next ? 0 : -1;
  next.focus();
}

/** The tools of a message can be reached by Tab while the keyboard is in that message. */
function openTools(event, on) {
  const message = event.target.closest("article.message");
  if (message) for (const tool of message.querySelectorAll(".tool")) tool.tabIndex = on ? 0 : -1;
}

/** The button that leads back to the newest message when one came while the reader was further up. */
function drawJump(scroller, testid) {
  const click = () => (scroller.scrollTop = scroller.scrollHeight);
  const hooks = { "data-testid": `${testid}-jump`, hidden: true };
  const button = h(
    "button",
    { type: "button", class: "button small jump", ...hooks, on: { click } },
    "New messages",
    icon("down"),
  );
  scroller.addEventListener("scroll", () => {
    if (isAtBottom(scroller)) button.hidden = true;
  });
  return button;
}

export function createTimeline(label, testid) {
  const list = h("div", { class: "message-list", role: "list" });
  const live = { role: "log", "aria-live": "polite", "aria-label": label };
  const scroller = h("div", { class: "scroller", "data-testid": testid, ...live }, list);
  const jump = drawJump(scroller, testid);
  scroller.append(jump);
  list.addEventListener("keydown", (event) => onKey(event, list));
  list.addEventListener("focusin", (event) => openTools(event, true));
  list.addEventListener("focusout", (event) => openTools(event, false));
  return { scroller, list, jump, shown: null, newest: null };
}

/** What came last, if it came since the last drawing. */
function newsOf(timeline, messages) {
  const last = messages[messages.length - 1];
  const news = last && last.ts !== timeline.newest ? last : null;
  timeline.newest = last ? last.ts : null;
  return news;
}

/** True for what the person asked for: their own words, or an answer that only they see. */
const isOwn = (state, message) => Boolean(message) && (message.user === state.user || Boolean(message.is_ephemeral));

/** Shows messages in a timeline; `place` names the conversation, and another one starts at its bottom. */
export function showTimeline(timeline, controller, channel, messages, { place, inThread = false }) {
  const { scroller, list } = timeline;
  const news = newsOf(timeline, messages);
  const follow = isOwn(controller.state, news) || timeline.shown !== place || isAtBottom(scroller);
  timeline.shown = place;
  const visible = messages.filter((one) => !(one.is_ephemeral && controller.state.hiddenEphemeral.has(one.ts)));
  keyed(list, rows(controller, channel, visible, inThread), {
    key: (row) => `${place} ${row.key}`,
    sig: (row) => signature(controller, channel, row, inThread),
    draw: (row) => drawRow(controller, channel, row, inThread),
  });
  rove(list);
  if (follow) scroller.scrollTop = scroller.scrollHeight;
  if (follow || news) timeline.jump.hidden = follow;
}
