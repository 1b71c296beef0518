// Standard Markdown as the `markdown` block draws it.
// The one rule: HTML in it is text; only links with a safe address become links; pictures become links.

import { h, isSafeLink } from "./dom.js";
import { emoji } from "./emoji.js";
import { link } from "./mrkdwn.js";

const INLINE = [
  [/^`+([^`]+)`+/, (m) => h("code", {}, m[1])],
  [/^!?\[([^\]\n]*)\]\(<?([^\s)>]+)>?(?:\s+"[^"]*")?\)/, (m) => (isSafeLink(m[2]) ? link(m[2], m[1] || m[2]) : m[0])],
  [/^<(https?:\/\/[^>\s]+)>/, (m) => link(m[1], m[1])],
  [/^https?:\/\/[^\s<>)]+[^\s<>).,;:!?]/, (m) => link(m[0], m[0])],
  [/^\*\*\*(?=\S)(.+?\S|\S)\*\*\*/, (m, env) => h("strong", {}, h("em", {}, markdownInline(m[1], env)))],
  [/^(\*\*|__)(?=\S)(.+?\S|\S)\1/, (m, env) => h("strong", {}, markdownInline(m[2], env))],
  [/^(\*|_)(?=\S)([^*_\n]*?\S)\1(?![\p{L}\p{N}])/u, (m, env) => h("em", {}, markdownInline(m[2], env))],
  [/^~~(?=\S)(.+?\S|\S)~~/, (m, env) => h("s", {}, markdownInline(m[1], env))],
  [/^:([a-z0-9_+'-]+):/, (m) => (emoji(m[1]) ? h("span", { class: "emoji", title: m[0] }, emoji(m[1])) : m[0])],
  [/^\\([\\`*_{}[\]()#+\-.!~|>])/, (m) => m[1]],
  [/^ {2,}\n|^\\\n/, () => h("br")],
];

export function markdownInline(text, env) {
  const out = [];
  let plain = "";
  for (let i = 0; i < text.length;) {
    const rest = text.slice(i);
    const inWord = i > 0 && /[\p{L}\p{N}]/u.test(text[i - 1]) && /[_h]/.test(text[i]);
    const hit =
      !inWord && /[`![<h*_~:\\ ]/.test(text[i]) && INLINE.map(([re, draw]) => [re.exec(rest), draw]).find(([m]) => m);
    if (hit) {
      if (plain) out.push(plain);
      plain = "";
      out.push(hit[1](hit[0], env));
      i += hit[0][0].length;
    } else {
      plain += text[i];
      i += 1;
    }
  }
  if (plain) out.push(plain);
  return out;
}

const FENCE = /^\s*(```+|~~~+)\s*(\S*)/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^\s*([-*_])(\s*\1){2,}\s*$/;
const BULLET = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const TABLE_LINE = /^\s*\|?(\s*:?-+:?\s*\|)+\s*:?-*:?\s*$/;

const cells = (line) =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((one) => one.trim());

function fence(lines, at) {
  const mark = FENCE.exec(lines[at])[1];
  let end = at + 1;
  while (end < lines.length && !lines[end].trim().startsWith(mark)) end += 1;
  return [h("pre", {}, lines.slice(at + 1, end).join("\n")), end + 1];
}

function tableAt(lines, at, env) {
  let end = at + 2;
  while (end < lines.length && lines[end].includes("|")) end += 1;
  const row = (line, tag) =>
    h(
      "tr",
      {},
      cells(line).map((one) => h(tag, { dir: "auto" }, markdownInline(one, env))),
    );
  const body = lines.slice(at + 2, end).map((line) => row(line, "td"));
  return [
    h(
      "div",
      { class: "table-scroll" },
      h("table", { class: "grid" }, h("thead", {}, row(lines[at], "th")), h("tbody", {}, body)),
    ),
    end,
  ];
}

function listAt(lines, at, env) {
  const [, space, mark] = BULLET.exec(lines[at]);
  const depth = space.length;
  const list = h(/\d/.test(mark) ? "ol" : "ul", {
    class: "md-list",
    start: /\d/.test(mark) ? parseInt(mark, 10) : undefined,
  });
  let i = at;
  while (i < lines.length) {
    const found = BULLET.exec(lines[i]);
    if (!found || found[1].length < depth) break;
    if (found[1].length > depth && list.lastElementChild) {
      const [inner, next] = listAt(lines, i, env);
      list.lastElementChild.append(inner);
      i = next;
      continue;
    }
    const task = /^\[([ xX])\]\s+(.*)$/.exec(found[3]);
    const words = markdownInline(task ? task[2] : found[3], env);
    list.append(h("li", { dir: "auto" }, task ? [task[1] === " " ? "☐ " : "☑ "] : [], words));
    i += 1;
  }
  return [list, i];
}

function startsBlock(lines, i) {
  const line = lines[i];
  return (
    !line.trim() ||
    FENCE.test(line) ||
    HEADING.test(line) ||
    RULE.test(line) ||
    BULLET.test(line) ||
    /^\s*>/.test(line) ||
    (line.includes("|") && TABLE_LINE.test(lines[i + 1] || ""))
  );
}

function blockAt(lines, i, env) {
  const line = lines[i];
  if (!line.trim()) return [null, i + 1];
  if (FENCE.test(line)) return fence(lines, i);
  const heading = HEADING.exec(line);
  if (heading)
    return [
      h(
        `h${Math.min(heading[1].length + 2, 6)}`,
        { class: `md-h md-h${heading[1].length}`, dir: "auto" },
        markdownInline(heading[2], env),
      ),
      i + 1,
    ];
  if (RULE.test(line)) return [h("hr"), i + 1];
  if (line.includes("|") && TABLE_LINE.test(lines[i + 1] || "")) return tableAt(lines, i, env);
  if (BULLET.test(line)) return listAt(lines, i, env);
  let end = i + 1;
  if (/^\s*>/.test(line)) {
    while (end < lines.length && /^\s*>/.test(lines[end])) end += 1;
    return [
      h(
        "blockquote",
        {},
        markdown(
          lines
            .slice(i, end)
            .map((one) => one.replace(/^\s*> ?/, ""))
            .join("\n"),
          env,
        ),
      ),
      end,
    ];
  }
  while (end < lines.length && !startsBlock(lines, end)) end += 1;
  return [h("p", { class: "para", dir: "auto" }, markdownInline(lines.slice(i, end).join("\n"), env)), end];
}

/** The nodes of a Markdown text. */
export function markdown(text, env) {
  const lines = String(text).replace(/\r\n?/g, "\n").split("\n");
  const out = [];
  for (let i = 0; i < lines.length;) {
    const [node, next] = blockAt(lines, i, env);
    if (node) out.push(node);
    i = next;
  }
  return out;
}
