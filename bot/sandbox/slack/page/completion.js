// What the composer offers while a person types: commands, people, channels, emoji.
// The one rule: an offer replaces only the word before the caret.

import { findEmoji } from "./emoji.js";
import { nameOf, visibleChannels } from "./state.js";

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

function people(state, typed) {
  const here = state.world.users
    .filter((one) => !one.deleted && starts(typed, one.name, one.real_name, one.display_name))
    .map((one) => ({
      insert: `@${nameOf(state, one.id)} `,
      label: `@${nameOf(state, one.id)}`,
      detail: one.is_bot ? "app" : one.real_name,
      value: one.id,
      mention: [`@${nameOf(state, one.id)}`, `<@${one.id}>`],
    }));
  const all = ["here", "channel"]
    .filter((word) => typed && word.startsWith(typed.toLowerCase()))
    .map((word) => ({
      insert: `@${word} `,
      label: `@${word}`,
      detail: "everybody in this channel",
      value: word,
      mention: [`@${word}`, `<!${word}>`],
    }));
  return [...here, ...all];
}

function channels(state, typed) {
  return visibleChannels(state)
    .filter((one) => starts(typed, one.name))
    .map((one) => ({
      insert: `#${one.name} `,
      label: `#${one.name}`,
      detail: (one.topic && one.topic.value) || "",
      value: one.id,
      mention: [`#${one.name}`, `<#${one.id}>`],
    }));
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

/** Typed text as Slack stores it: escaped, with the chosen mentions as <@U...>, <#C...>, <!here>. */
export function encode(text, mentions) {
  let out = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const names = [...mentions.keys()].sort((a, b) => b.length - a.length);
  for (const name of names)
    out = out.split(name.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")).join(mentions.get(name));
  return out;
}
