// The field to write in, for channels and threads.
// The one rule: what was typed is kept per person and place until it was sent.

import { clear, freshId, h } from "./dom.js";
import { offersFor, usageFor } from "./completion.js";
import { icon } from "./icons.js";
import { openMenu } from "./layers.js";
import { globalShortcuts } from "./message_actions.js";

const TALLEST = 220; // pixels

function grow(area) {
  area.style.setProperty("height", "auto");
  area.style.setProperty("height", `${Math.min(area.scrollHeight, TALLEST)}px`);
}

function drawOffers(own) {
  const { list, found, at } = own;
  list.hidden = !found;
  own.area.setAttribute("aria-expanded", String(Boolean(found)));
  if (!found) {
    own.area.removeAttribute("aria-activedescendant");
    return clear(list);
  }
  clear(
    list,
    h("div", { class: "offer-heading" }, found.label),
    found.offers.map((offer, index) =>
      h(
        "div",
        {
          class: index === at ? "offer marked" : "offer",
          role: "option",
          id: `${list.id}-${index}`,
          "aria-selected": String(index === at),
          "data-testid": "offer",
          "data-value": offer.value,
          on: {
            pointerdown: (event) => event.preventDefault(),
            click: () => {
              take(own, offer);
            },
          },
        },
        h("strong", {}, offer.label),
        offer.hint ? h("span", { class: "offer-hint" }, offer.hint) : null,
        h("span", { class: "faint" }, offer.detail),
      ),
    ),
  );
  own.area.setAttribute("aria-activedescendant", `${list.id}-${at}`);
  return list.children[at + 1].scrollIntoView({ block: "nearest" });
}

function look(own) {
  const { area } = own;
  const before = area.value.slice(0, area.selectionStart);
  own.found =
    area.selectionStart === area.selectionEnd
      ? offersFor(own.controller.state, before, { inThread: own.inThread })
      : null;
  own.at = 0;
  own.usage.textContent = own.found ? "" : usageFor(own.controller.state, area.value);
  drawOffers(own);
}

function keep(own) {
  own.controller.state.drafts.set(own.place, own.area.value);
  grow(own.area);
}

function take(own, offer) {
  const { area, found } = own;
  area.setRangeText(offer.insert, found.from, area.selectionStart, "end");
  keep(own);
  look(own);
  area.focus();
}

async function send(own) {
  const { area, controller } = own;
  const text = area.value.trim();
  const channel = own.channel;
  if (!text || !channel) return;
  const place = own.place;
  area.value = "";
  keep(own);
  look(own);
  const thread = own.thread ? { thread_ts: own.thread } : {};
  const command = /^(\/[^\s/]+)(?:\s+([\s\S]*))?$/.exec(text);
  const answer = command
    ? await controller.act("command", { channel, command: command[1], text: command[2] || "", wait: true, ...thread })
    : await controller.act("message", { channel, text, ...thread });
  // A text that was not taken comes back, unless something new was typed meanwhile.
  if ((!answer || !answer.ok) && own.place === place && !area.value) {
    area.value = text;
    keep(own);
  }
  controller.read(channel);
}

function onKey(event, own) {
  if (event.isComposing) return;
  const { found } = own;
  if (found && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    own.at = (own.at + (event.key === "ArrowDown" ? 1 : -1) + found.offers.length) % found.offers.length;
    drawOffers(own);
  } else if (
    found &&
    (event.key === "Tab" || event.key === "Enter") &&
    !event.shiftKey &&
    !(event.key === "Enter" && found.offers[own.at].exact)
  ) {
    event.preventDefault();
    take(own, found.offers[own.at]);
  } else if (found && event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    own.found = null;
    drawOffers(own);
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    send(own);
  }
}

function drawPlus(controller) {
  const open = (event) => openMenu(event.currentTarget, "Shortcuts", globalShortcuts(controller));
  const hooks = { "data-testid": "shortcuts", "data-focus-key": "shortcuts" };
  const words = { "aria-label": "Shortcuts", title: "Shortcuts", "aria-haspopup": "menu" };
  return h("button", { type: "button", class: "composer-plus", ...words, ...hooks, on: { click: open } }, icon("plus"));
}

function drawArea(id, name) {
  const roles = { role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list" };
  const hooks = { "data-testid": name, "data-focus-key": name };
  return h("textarea", { class: "composer-text", rows: "1", dir: "auto", ...roles, ...hooks });
}

function drawSend(own) {
  const words = { "aria-label": "Send", title: "Send (Enter)", "data-testid": own.inThread ? "thread-send" : "send" };
  const click = () => send(own);
  return h("button", { type: "button", class: "composer-send", ...words, on: { click } }, icon("send"));
}

/** A composer; show it with showComposer. */
export function createComposer(controller, { inThread = false } = {}) {
  const id = freshId("offers");
  const roles = { role: "listbox", "aria-label": "Suggestions", "data-testid": inThread ? "thread-offers" : "offers" };
  const list = h("div", { class: "offers", id, hidden: true, ...roles });
  const area = drawArea(id, inThread ? "thread-composer" : "composer");
  const usage = h("div", {
    class: "usage faint",
    "data-testid": inThread ? "thread-usage" : "usage",
    "aria-live": "polite",
  });
  const own = { controller, inThread, area, list, usage, found: null, at: 0, place: null, channel: null, thread: null };
  const box = h("div", { class: "composer-box" }, inThread ? null : drawPlus(controller), area, drawSend(own));
  own.node = h("div", { class: "composer" }, list, usage, box);
  area.addEventListener("input", () => {
    keep(own);
    look(own);
  });
  area.addEventListener("keydown", (event) => onKey(event, own));
  area.addEventListener("blur", () => {
    own.found = null;
    drawOffers(own);
  });
  return own;
}

export function showComposer(own, { channel, thread, placeholder }) {
  const place = `${own.controller.state.user}/${channel}/${thread || ""}`;
  if (own.place === place) return;
  Object.assign(own, { place, channel, thread: thread || null, found: null });
  own.area.value = own.controller.state.drafts.get(place) || "";
  own.area.placeholder = placeholder;
  own.area.setAttribute("aria-label", placeholder);
  own.usage.textContent = "";
  drawOffers(own);
  grow(own.area);
}
