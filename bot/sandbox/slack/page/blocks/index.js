// Block Kit, drawn: one function for each block type.
// The one rule: a block this page does not know is named, with its JSON, and never left out.

import { freshId, h } from "../dom.js";
import { icon } from "../icons.js";
import { markdown } from "../markdown.js";
import { button, feedback, iconButton, overflow } from "./button.js";
import { checkboxes, datePicker, dateTimePicker, fileInput, radios, textInput, timePicker } from "./fields.js";
import { cards } from "./cards.js";
import { richText } from "./rich_text.js";
import { select } from "./select.js";
import { table } from "./table.js";
import { letters, picture, textBlock, textInline } from "./text.js";

const ELEMENTS = {
  button,
  overflow,
  workflow_button: button,
  icon_button: iconButton,
  feedback_buttons: feedback,
  plain_text_input: textInput,
  number_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  rich_text_input: textInput,
  datepicker: datePicker,
  timepicker: timePicker,
  datetimepicker: dateTimePicker,
  radio_buttons: radios,
  checkboxes,
  file_input: fileInput,
  image: (element) => picture(element.image_url || (element.slack_file || {}).url, element.alt_text, "accessory-image"),
};

/** labels: aria attributes that tie the element to its label and error. */
function drawElement(element, ctx, block, labels = {}, label = "") {
  if (/select$/.test(element.type)) return select(element, ctx, block, label, labels);
  const draw = ELEMENTS[element.type];
  return draw ? draw(element, ctx, block, labels) : h("span", { class: "unknown" }, element.type);
}

function section(block, ctx) {
  const fields =
    block.fields &&
    h(
      "div",
      { class: "section-fields" },
      block.fields.map((one) => h("div", { class: "section-field" }, textBlock(one, ctx.env))),
    );
  return [
    h("div", { class: "section-main" }, textBlock(block.text, ctx.env), fields),
    block.accessory ? h("div", { class: "section-accessory" }, drawElement(block.accessory, ctx, block)) : null,
  ];
}

function context(block, ctx) {
  return block.elements.map((one) =>
    one.type === "image"
      ? picture(one.image_url || (one.slack_file || {}).url, one.alt_text, "context-image")
      : h("span", { class: "context-text", dir: "auto" }, textInline(one, ctx.env)),
  );
}

function image(block, ctx) {
  const picked = picture(block.image_url || (block.slack_file || {}).url, block.alt_text, "picture-wide");
  return h("figure", {}, block.title ? h("figcaption", {}, textInline(block.title, ctx.env)) : null, picked);
}

const GROUPS = new Set(["radio_buttons", "checkboxes"]);

function input(block, ctx) {
  const { element } = block;
  const label = freshId("label");
  const field = freshId("field");
  const hint = freshId("hint");
  const wrong = (ctx.errors || {})[block.block_id];
  const describedBy = [block.hint ? hint : "", wrong ? `${hint}-error` : ""].filter(Boolean).join(" ") || undefined;
  const labels = {
    id: GROUPS.has(element.type) ? undefined : field,
    "aria-labelledby": label,
    "aria-describedby": describedBy,
    "aria-invalid": wrong ? "true" : undefined,
  };
  const words = [
    textInline(block.label, ctx.env),
    block.optional ? h("span", { class: "optional" }, " (optional)") : null,
  ];
  return h(
    "div",
    { class: wrong ? "input wrong" : "input" },
    h("label", { id: label, for: labels.id, class: "input-label", dir: "auto" }, words),
    drawElement(element, ctx, block, labels, letters(block.label)),
    wrong
      ? h(
          "div",
          {
            id: `${hint}-error`,
            class: "input-error",
            role: "alert",
            "data-testid": "field-error",
            "data-block-id": block.block_id,
          },
          icon("warn"),
          h("span", {}, wrong),
        )
      : null,
    block.hint ? h("div", { id: hint, class: "input-hint" }, textInline(block.hint, ctx.env)) : null,
  );
}

function video(block, ctx) {
  return h(
    "div",
    { class: "video" },
    h("div", { class: "video-face", role: "img", "aria-label": block.alt_text }, icon("play", 28)),
    h(
      "div",
      {},
      h("strong", {}, textInline(block.title, ctx.env)),
      block.author_name ? h("div", { class: "faint" }, block.author_name) : null,
      block.description ? h("div", {}, textInline(block.description, ctx.env)) : null,
    ),
  );
}

const file = (block) =>
  h(
    "div",
    { class: "file" },
    icon("file", 20),
    h("span", {}, `File ${block.external_id || ""} (${block.source || "remote"})`),
  );

const unknown = (block) =>
  h(
    "div",
    { class: "unknown" },
    h("strong", {}, `Block of type ${block.type}`),
    h("pre", {}, JSON.stringify(block, null, 1)),
  );

const BLOCKS = {
  section,
  context,
  image,
  input,
  video,
  file,
  ...cards,
  header: (block, ctx) => h("h3", { class: "heading", dir: "auto" }, textInline(block.text, ctx.env)),
  divider: () => h("hr"),
  actions: (block, ctx) => block.elements.map((one) => drawElement(one, ctx, block)),
  context_actions: (block, ctx) => block.elements.map((one) => drawElement(one, ctx, block)),
  rich_text: (block, ctx) => richText(block, ctx.env),
  table: (block, ctx) => table(block, ctx.env),
  data_table: (block, ctx) => table(block, ctx.env),
  markdown: (block, ctx) => markdown(block.text, ctx.env),
};

/** One block as an element. */
export function drawBlock(block, ctx) {
  const draw = Object.hasOwn(BLOCKS, block.type) ? BLOCKS[block.type] : unknown;
  let inside;
  try {
    inside = draw(block, ctx, drawBlock);
  } catch (error) {
    // A block that the server let through in an unexpected shape must not take the page down.
    inside = [h("div", { class: "unknown" }, `This block cannot be drawn: ${error.message}`), unknown(block)];
  }
  return h(
    "div",
    {
      class: `block block-${block.type}`,
      "data-testid": `block-${block.type}`,
      "data-block-id": block.block_id,
    },
    inside,
  );
}

export const drawBlocks = (blocks, ctx) => (blocks || []).map((block) => drawBlock(block, ctx));
