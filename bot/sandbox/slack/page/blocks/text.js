// What all blocks share about text: text objects, their letters, and pictures with their words.
// The one rule: the type of the text object decides how its letters are read; nothing is guessed.

import { h } from "../dom.js";
import { inline, mrkdwn, plain } from "../mrkdwn.js";

/** With `verbatim` Slack makes no links of bare addresses. */
const reading = (object, env) => (object.verbatim ? { ...env, verbatim: true } : env);

/** A text object as block content. */
export function textBlock(object, env) {
  if (!object) return [];
  return object.type === "mrkdwn"
    ? mrkdwn(object.text, reading(object, env))
    : h("div", { class: "para", dir: "auto" }, plain(object.text, object.emoji !== false));
}

/** A text object within a line: button labels, option texts, titles. */
export function textInline(object, env) {
  if (!object) return [];
  return object.type === "mrkdwn"
    ? inline(object.text, reading(object, env))
    : plain(object.text, object.emoji !== false);
}

/** The bare letters of a text object, for aria labels and search. */
export const letters = (object) => (object ? String(object.text) : "");

/** A picture from this server; from elsewhere only its words, for this page fetches nothing from outside. */
export function picture(url, alt, className) {
  const local =
    typeof url === "string" && (url.startsWith("/") || url.startsWith(`${location.origin}/`)) && !url.startsWith("//");
  if (local) return h("img", { src: url, alt, class: className, loading: "lazy" });
  let host = "";
  try {
    host = new URL(url).host;
  } catch {
    host = "no address";
  }
  return h(
    "span",
    { class: `${className} picture-elsewhere`, role: "img", "aria-label": alt, title: `${alt} (${url})` },
    h("span", { class: "picture-alt" }, alt),
    h("span", { class: "picture-host" }, host),
  );
}
