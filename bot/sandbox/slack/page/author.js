// Who wrote a message: name and picture.
// The one rule: pictures of people would have to come from outside, so a person is a colour and initials.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { nameOf, userOf } from "./state.js";

const COLORS = ["#2f7f86", "#8a5a9e", "#b3623b", "#3f78b5", "#5c8a3a", "#a84a63", "#7a6a2f", "#4f5fa8"];

/** A square with initials: pictures of people would have to come from outside. */
export function avatar(id, name, isApp, size = 36, color = "") {
  const sum = [...String(id)].reduce((total, char) => (total * 31 + char.charCodeAt(0)) % 9973, 7);
  const initials = String(name)
    .split(/\s+/)
    .map((word) => word[0] || "")
    .join("")
    .slice(0, 2)
    .toUpperCase();
  return h(
    "span",
    {
      class: isApp ? "avatar avatar-app" : "avatar",
      "aria-hidden": "true",
      style: {
        "background-color": isApp ? "" : /^#[0-9a-f]{6}$/i.test(color) ? color : COLORS[sum % COLORS.length],
        width: `${size}px`,
        height: `${size}px`,
        "font-size": `${Math.round(size * 0.4)}px`,
      },
    },
    isApp ? icon("bolt", Math.round(size * 0.55)) : initials,
  );
}

/** The colour that the world gives a person in place of a picture. */
export const colorOf = (state, id) => (userOf(state, id) || {}).avatar || "";

export const isFromApp = (message) => Boolean(message.bot_id) || message.subtype === "bot_message";

export function authorName(state, message) {
  if (message.username) return message.username;
  if (message.user) return nameOf(state, message.user);
  return isFromApp(message) ? state.world.app.name : "Slackbot";
}

/** The picture of somebody in this workspace. */
export function personAvatar(state, id, size) {
  const user = userOf(state, id) || {};
  return avatar(id, nameOf(state, id), user.is_bot, size, user.avatar || "");
}
