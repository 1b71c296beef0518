// Slack's mrkdwn, drawn.
// The one rule: only what Slack gives a meaning is drawn; everything else, HTML above all, is shown as the letters it is.

import { h, isSafeLink } from "./dom.js";
import { emoji } from "./emoji.js";
import { fillDate } from "./dates.js";

const WORD = /[\p{L}\p{N}]/u;
const SPECIAL = /^<([^<>\n]+)>/;
const BARE_LINK = /^https?:\/\/[^\s<>|]+[^\s<>|.,;:!?'")\]]/;
const EMOJI = /^:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/;
const STYLES = { "*": "strong", _: "em", "~": "s" };

/** Slack decodes exactly these three entities and no others. */
export function unescape(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

export function link(url, label) {
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", class: "link", dir: "auto" }, label);
}

export function userMention(id, env) {
  return h(
    "span",
    { class: env.isSelf(id) ? "mention mention-self" : "mention", "data-user-id": id },
    `@${env.userName(id)}`,
  );
}

export function channelMention(id, env) {
  return h(
    "button",
    { type: "button", class: "mention mention-channel", on: { click: () => env.openChannel(id) } },
    `#${env.channelName(id)}`,
  );
}

const broadcast = (word) => h("span", { class: "mention mention-broadcast" }, `@${word}`);

function dateSpecial(body, fallback, env) {
  const [seconds, format, url] = body.split("^");
  const text = fillDate(Number(seconds), format || "", env.zone, env.now()) || fallback || "";
  return url && isSafeLink(url) ? link(url, text) : h("time", { class: "date", title: fallback }, text);
}

/** The node for what stands between < and >, or null when it has no meaning and is plain text. */
function special(inner, env) {
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? "" : unescape(inner.slice(bar + 1));
  if (/^@[UWB][A-Z0-9]+$/.test(target)) return userMention(target.slice(1), env);
  if (/^#[CGD][A-Z0-9]+$/.test(target)) return channelMention(target.slice(1), env);
  if (/^!(here|channel|everyone)$/.test(target)) return broadcast(target.slice(1));
  if (target.startsWith("!subteam^")) return h("span", { class: "mention" }, label || `@${target.slice(9)}`);
  if (target.startsWith("!date^")) return dateSpecial(target.slice(6), label, env);
  if (/^(https?:\/\/|mailto:|tel:)/i.test(target)) return link(unescape(target), label || unescape(target));
  return null;
}

/** Index of the delimiter that closes the one at `start`, or -1. Steps over code and <...>. */
function closing(text, start, delimiter) {
  for (let i = start + 1; i < text.length; i += 1) {
    if (text[i] === "\n") return -1;
    if (text[i] === "<" && delimiter !== "`") {
      const found = SPECIAL.exec(text.slice(i));
      if (found) i += found[0].length - 1;
    } else if (text[i] === "`" && delimiter !== "`") {
      const end = text.indexOf("`", i + 1);
      if (end > 0) i = end;
    } else if (text[i] === delimiter && i > start + 1 && (delimiter === "`" || closes(text, i))) {
      return i;
    }
  }
  return -1;
}

const closes = (text, i) => !/\s/.test(text[i - 1]) && !(text[i + 1] && WORD.test(text[i + 1]));
const opens = (text, i) =>
  !(text[i - 1] && WORD.test(text[i - 1])) && /\S/.test(text[i + 1] || " ") && text[i + 1] !== text[i];

/** One step of the scanner: [node, characters used] or null. */
function token(text, i, env) {
  const rest = text.slice(i);
  const char = text[i];
  if (char === "<") {
    const found = SPECIAL.exec(rest);
    const node = found && special(found[1], env);
    return node ? [node, found[0].length] : null;
  }
  if (char === ":") {
    const found = EMOJI.exec(rest);
    const drawn = found && emoji(found[1]);
    return drawn ? [h("span", { class: "emoji", title: found[0] }, drawn), found[0].length] : null;
  }
  if (char === "h" && !env.verbatim && !(text[i - 1] && WORD.test(text[i - 1]))) {
    const found = BARE_LINK.exec(rest);
    return found ? [link(unescape(found[0]), unescape(found[0])), found[0].length] : null;
  }
  if (char === "`" || (STYLES[char] && opens(text, i))) {
    const end = closing(text, i, char);
    if (end < 0) return null;
    const inner = text.slice(i + 1, end);
    const node = char === "`" ? h("code", {}, unescape(inner)) : h(STYLES[char], {}, inline(inner, env));
    return [node, end - i + 1];
  }
  return null;
}

/** Nodes and strings for a piece of text without block structure. */
export function inline(text, env) {
  const out = [];
  let plain = "";
  const flush = () => {
    if (plain) out.push(unescape(plain));
    plain = "";
  };
  for (let i = 0; i < text.length;) {
    const found = "<:h`*_~".includes(text[i]) ? token(text, i, env) : null;
    if (found) {
      flush();
      out.push(found[0]);
      i += found[1];
    } else if (text[i] === "\n") {
      flush();
      out.push(h("br"));
      i += 1;
    } else {
      plain += text[i];
      i += 1;
    }
  }
  flush();
  return out;
}

const QUOTE = /^(?:&gt;|>) ?/;
const ITEM = /^(\s*)((?:[•◦▪‣–-]|\d{1,3}[.)])\s+)(.*)$/;

function paragraph(lines, env) {
  return h("div", { class: "para", dir: "auto" }, inline(lines.join("\n"), env));
}

/** Lines that look like a list keep their own marks (as in Slack) and hang beside them. */
function listLine(found, env) {
  return h(
    "div",
    { class: "hang", dir: "auto", style: { "--deep": String(Math.min(found[1].length, 12)) } },
    h("span", { class: "hang-mark" }, found[2].trimEnd()),
    h("span", {}, inline(found[3], env)),
  );
}

function lines(text, env) {
  const out = [];
  let run = [];
  let quote = [];
  const flush = () => {
    if (run.length) out.push(paragraph(run, env));
    if (quote.length) out.push(h("blockquote", {}, paragraph(quote, env)));
    run = [];
    quote = [];
  };
  const all = text.split("\n");
  for (const [index, line] of all.entries()) {
    const whole = /^(?:&gt;|>){3} ?/.exec(line);
    if (whole) {
      flush();
      quote = [line.slice(whole[0].length), ...all.slice(index + 1)];
      break;
    }
    const item = ITEM.exec(line);
    if (QUOTE.test(line)) {
      if (run.length) flush();
      quote.push(line.replace(QUOTE, ""));
    } else if (item) {
      flush();
      out.push(listLine(item, env));
    } else {
      if (quote.length) flush();
      run.push(line);
    }
  }
  flush();
  return out;
}

/** The whole of mrkdwn, with ``` blocks, quotes and lines. */
export function mrkdwn(text, env) {
  return String(text)
    .split(/```\n?([\s\S]+?)```\n?/)
    .flatMap((piece, index) => {
      if (index % 2) return [h("pre", {}, unescape(piece.replace(/\n$/, "")))];
      const trimmed = index > 0 ? piece.replace(/^\n/, "") : piece;
      return trimmed ? lines(trimmed, env) : [];
    });
}

/** A text of type plain_text: letters and emoji names, nothing else. */
export function plain(text, withEmoji = true) {
  if (!withEmoji) return [String(text)];
  return String(text)
    .split(/(:[a-z0-9_+'-]+(?:::skin-tone-[2-6])?:)/)
    .map((piece, index) => {
      const drawn = index % 2 ? emoji(piece.slice(1, -1)) : null;
      return drawn ? h("span", { class: "emoji", title: piece }, drawn) : piece;
    });
}
