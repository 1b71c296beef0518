// What the composer offers while a person types: commands, people, channels, emoji.
// The one rule: an offer replaces only the word before the caret.

import { findEmoji } from "./emoji.js";
import { nameOf, topicOf, visibleChannels } from "./state.js";

const LIMIT = 9;
const starts = (typed, ...words) =>
  words.some((one) =>
    String(one || "")
      .toLowerCase()
      .split(/[\s._-]+/)
      .concat(String(one || "").toLowerCase())
      .some((piece) => piece.startsWith(typed.toLowerCase())),
  );

/** Commands that Slack itself knows and this server honours. */
const BUILT_IN = [
  { command: "/invite", usage_hint: "@someone", description: "Invite a person or an app to this channel" },
  { command: "/remove", usage_hint: "@someone", description: "Remove a person or an app from this channel" },
  { command: "/topic", usage_hint: "words", description: "Set the topic of this channel" },
  { command: "/me", usage_hint: "does something", description: "Say what you do" },
  { command: "/leave", usage_hint: "", description: "Leave this channel" },
];

export const commandsOf = (state) => [...(state.world.app.commands || []), ...BUILT_IN];

function commands(state, typed) {
  return commandsOf(state)
    .filter((one) => one.command.startsWith(typed))
    .map((one) => ({
      insert: `${one.command} `,
      label: one.command,
      hint: one.usage_hint || "",
      detail: one.description || "",
      value: one.command,
      exact: one.command === typed,
    }));
}

/** A mention is typed by handle; the server turns it into <@U...> as Slack's composer does. */
function people(state, typed) {
  const found = state.world.users
    .filter((one) => !one.deleted && starts(typed, one.name, one.real_name, one.display_name))
    .map((one) => ({
      insert: `@${one.name} `,
      label: `@${one.name}`,
      detail: one.is_bot ? `${nameOf(state, one.id)} (app)` : nameOf(state, one.id),
      value: one.id,
    }));
  const all = ["here", "channel"]
    .filter((word) => typed && word.startsWith(typed.toLowerCase()))
    .map((word) => ({ insert: `@${word} `, label: `@${word}`, detail: "everybody in this channel", value: word }));
  return [...found, ...all];
}

function channels(state, typed) {
  return visibleChannels(state)
    .filter((one) => starts(typed, one.name))
    .map((one) => ({ insert: `#${one.name} `, label: `#${one.name}`, detail: topicOf(one), value: one.id }));
}

const emojis = (_, typed) =>
  findEmoji(typed, LIMIT).map(({ name, char }) => ({
    insert: `:${name}: `,
    label: `${char}  :${name}:`,
    detail: "",
    value: name,
  }));

const KINDS = [
  [/^(\/\S*)$/, commands, "Commands"],
  [/(?:^|\s)@([\p{L}\p{N}._-]*)$/u, people, "People"],
  [/(?:^|\s)#([\p{L}\p{N}_-]*)$/u, channels, "Channels"],
  [/(?:^|\s):([a-z0-9_+-]{2,})$/, emojis, "Emoji"],
];

/** {label, from, offers} for the text before the caret, or null. */
export function offersFor(state, before, { inThread = false } = {}) {
  for (const [pattern, find, label] of KINDS) {
    if (find === commands && inThread) continue;
    const found = pattern.exec(before);
    if (!found) continue;
    const offers = find(state, found[1]).slice(0, LIMIT);
    const from = before.length - found[1].length - (find === commands ? 0 : 1);
    return offers.length ? { label, from, offers } : null;
  }
  return null;
}

/** The usage hint to show behind a command that is typed but has no words yet. */
export function usageFor(state, text) {
  const found = /^(\/\S+)\s(.*)$/s.exec(text);
  const command = found && commandsOf(state).find((one) => one.command === found[1]);
  return command && command.usage_hint ? `${command.command} ${command.usage_hint}` : "";
}
