// The table block.
// The one rule: the first row is the heading, as Slack draws it; columns align as their settings say.

import { h } from "../dom.js";
import { inline } from "../mrkdwn.js";
import { richText } from "./rich_text.js";

function cell(content, tag, settings, env) {
  const align = ["left", "center", "right"].includes((settings || {}).align) ? settings.align : "left";
  const wraps = settings && settings.is_wrapped;
  let inside = "";
  if (content && content.type === "rich_text") inside = richText(content, env);
  else if (content && content.type === "mrkdwn") inside = inline(content.text, env);
  else if (content) inside = String(content.text || (content.value ?? ""));
  return h(
    tag,
    {
      class: wraps ? "cell-wrapped" : "",
      scope: tag === "th" ? "col" : undefined,
      dir: "auto",
      style: { "text-align": align },
    },
    inside,
  );
}

export function table(block, env) {
  const settings = block.column_settings || [];
  const [head, ...rows] = block.rows || [];
  const row = (cells, tag) =>
    h(
      "tr",
      {},
      (cells || []).map((one, index) => cell(one, tag, settings[index], env)),
    );
  return h(
    "div",
    { class: "table-scroll", tabindex: "0", role: "region", "aria-label": block.caption || "Table" },
    h(
      "table",
      { class: "grid" },
      h("thead", {}, row(head, "th")),
      h(
        "tbody",
        {},
        rows.map((one) => row(one, "td")),
      ),
    ),
  );
}
