// The newer composite blocks: alert, card, carousel, container, plan and task_card, drawn simply.
// The one rule: every text and every button in them is shown; their finer looks are not imitated.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { button } from "./button.js";
import { picture, textBlock, textInline } from "./text.js";
import { richText } from "./rich_text.js";

/** Texts in these blocks are text objects, bare strings or rich text. */
function words(value, ctx) {
  if (!value) return null;
  if (typeof value === "string") return value;
  return value.type === "rich_text" ? richText(value, ctx.env) : textBlock(value, ctx.env);
}

function alert(block, ctx) {
  const level = ["default", "info", "success", "warning", "error"].includes(block.level) ? block.level : "default";
  return h("div", { class: `alert alert-${level}`, role: "note" }, icon("warn"), h("div", {}, words(block.text, ctx)));
}

function card(block, ctx) {
  return h(
    "div",
    { class: "card" },
    block.hero_image ? picture(block.hero_image.image_url, block.hero_image.alt_text, "picture-wide") : null,
    block.title ? h("strong", {}, textInline(block.title, ctx.env)) : null,
    block.subtitle ? h("div", { class: "faint" }, textInline(block.subtitle, ctx.env)) : null,
    h("div", {}, words(block.body, ctx)),
    block.actions
      ? h(
          "div",
          { class: "block-actions" },
          block.actions.map((one) => button(one, ctx, block)),
        )
      : null,
  );
}

const STATES = { complete: "✅", in_progress: "⏳", error: "❌", pending: "⚪" };

function taskCard(block, ctx) {
  return h(
    "div",
    { class: "card" },
    h("strong", {}, `${STATES[block.status] || ""} `, words(block.title, ctx)),
    words(block.details, ctx),
    words(block.output, ctx),
  );
}

function container(block, ctx, drawBlock) {
  const inside = [
    block.subtitle ? h("div", { class: "faint" }, textInline(block.subtitle, ctx.env)) : null,
    block.child_blocks.map((one) => drawBlock(one, ctx)),
  ];
  const title = h("strong", {}, words(block.rich_text_title || block.title, ctx));
  if (!block.is_collapsible) return h("div", { class: "card card-wide" }, title, inside);
  return h("details", { class: "card card-wide", open: !block.default_collapsed }, h("summary", {}, title), inside);
}

export const cards = {
  alert,
  card,
  carousel: (block, ctx) =>
    h(
      "div",
      { class: "carousel", tabindex: "0", role: "region", "aria-label": "Cards" },
      block.elements.map((one) => card(one, ctx)),
    ),
  container,
  task_card: taskCard,
  plan: (block, ctx) =>
    h(
      "div",
      { class: "card" },
      h("strong", {}, words(block.title, ctx)),
      (block.tasks || []).map((one) => taskCard(one, ctx)),
    ),
};
