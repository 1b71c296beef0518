// The rich_text block and its parts.
// The one rule: styles come from the style object only; the letters of a text element carry no mark-up.

import { h, isSafeLink } from "../dom.js";
import { emoji } from "../emoji.js";
import { fillDate } from "../dates.js";
import { channelMention, link, userMention } from "../mrkdwn.js";

const STYLE_TAGS = {
  bold: "strong",
  italic: "em",
  strike: "s",
  underline: "u",
  highlight: "mark",
  code: "code",
};

function styled(node, style) {
  let out = node;
  for (const [name, tag] of Object.entries(STYLE_TAGS)) if (style && style[name]) out = h(tag, {}, out);
  return out;
}

function emojiNode(part) {
  const drawn =
    emoji(part.skin_tone ? `${part.name}::skin-tone-${part.skin_tone}` : part.name) || fromCodePoints(part.unicode);
  return drawn ? h("span", { class: "emoji", title: `:${part.name}:` }, drawn) : `:${part.name}:`;
}

function fromCodePoints(text) {
  if (!/^[0-9a-f]+(-[0-9a-f]+)*$/i.test(text || "")) return "";
  const points = text.split("-").map((one) => parseInt(one, 16));
  return points.every((one) => one <= 0x10ffff) ? String.fromCodePoint(...points) : "";
}

function lineBreaks(text) {
  return String(text)
    .split("\n")
    .flatMap((piece, index) => (index ? [h("br"), piece] : [piece]));
}

function dateNode(part, env) {
  const text = fillDate(part.timestamp, part.format || "{date}", env.zone, env.now()) || part.fallback || "";
  return part.url && isSafeLink(part.url)
    ? link(part.url, text)
    : h("time", { class: "date", title: part.fallback }, text);
}

const colorNode = (part) =>
  h(
    "span",
    { class: "color" },
    h("i", {
      class: "color-chip",
      style: /^#[0-9a-f]{3,8}$/i.test(part.value) ? { background: part.value } : {},
    }),
    part.value,
  );

const PARTS = {
  text: (part) => lineBreaks(part.text),
  link: (part) => (isSafeLink(part.url) ? link(part.url, part.text || part.url) : part.text || part.url),
  user: (part, env) => userMention(part.user_id, env),
  channel: (part, env) => channelMention(part.channel_id, env),
  usergroup: (part) => h("span", { class: "mention" }, `@${part.usergroup_id}`),
  team: (part) => h("span", { class: "mention" }, part.team_id),
  broadcast: (part) => h("span", { class: "mention mention-broadcast" }, `@${part.range}`),
  emoji: emojiNode,
  date: dateNode,
  color: colorNode,
};

function inlineParts(elements, env) {
  return (elements || []).map((part) => {
    const draw = PARTS[part.type];
    return draw ? styled(h("span", {}, draw(part, env)), part.style) : `[${part.type}]`;
  });
}

function list(element, env) {
  const tag = element.style === "ordered" ? "ol" : "ul";
  const marks = element.style === "ordered" ? ["decimal", "lower-alpha", "lower-roman"] : ["disc", "circle", "square"];
  const indent = Math.min(element.indent || 0, 8);
  return h(
    tag,
    {
      class: element.border ? "rt-list rt-border" : "rt-list",
      start: element.offset ? element.offset + 1 : undefined,
      style: { "--deep": String(indent), "list-style-type": marks[indent % 3] },
    },
    element.elements.map((item) => h("li", { dir: "auto" }, inlineParts(item.elements, env))),
  );
}

const SECTIONS = {
  rich_text_section: (element, env) => h("div", { class: "para", dir: "auto" }, inlineParts(element.elements, env)),
  rich_text_list: list,
  rich_text_preformatted: (element, env) => h("pre", {}, inlineParts(element.elements, env)),
  rich_text_quote: (element, env) =>
    h("blockquote", { dir: "auto", class: element.border ? "rt-border" : "" }, inlineParts(element.elements, env)),
};

export function richText(block, env) {
  return h(
    "div",
    { class: "rich-text" },
    (block.elements || []).map((element) => {
      const draw = SECTIONS[element.type];
      return draw ? draw(element, env) : h("div", { class: "unknown" }, element.type);
    }),
  );
}
