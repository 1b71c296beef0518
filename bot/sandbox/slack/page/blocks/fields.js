// Input elements that are typed or ticked: text, number, e-mail, URL, dates and times, radio buttons, checkboxes, files.
// The one rule: typing is kept at every letter, but the app hears of it only when Slack would tell it.

import { freshId, h } from "../dom.js";
import { fromWall, toWall } from "../dates.js";
import { commit, dispatches, hooks } from "./commit.js";
import { letters, textInline } from "./text.js";

const QUIET = 600; // milliseconds after the last change of a date typed by keyboard
const LETTERS_QUIET = 200;
const MODES = { number_input: "decimal", email_text_input: "email", url_text_input: "url" };

/** When a text input tells the app: on Enter unless the config says otherwise. */
const triggers = (element) => (element.dispatch_action_config || {}).trigger_actions_on || ["on_enter_pressed"];

function textEvents(element, ctx, block) {
  let timer = null;
  return {
    input: (event) => {
      ctx.set(block, element, event.target.value, { quiet: true });
      if (!dispatches(block) || !triggers(element).includes("on_character_entered")) return;
      clearTimeout(timer);
      const text = event.target.value;
      timer = setTimeout(() => commit(ctx, block, element, text), LETTERS_QUIET);
    },
    keydown: (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      const send = event.ctrlKey || event.metaKey;
      if ((element.multiline || element.type === "rich_text_input") && !send) return;
      event.preventDefault();
      if (dispatches(block) && !send && triggers(element).includes("on_enter_pressed"))
        commit(ctx, block, element, event.target.value);
      else if (ctx.submit) ctx.submit();
    },
  };
}

export function textInput(element, ctx, block, labels) {
  const long = element.multiline || element.type === "rich_text_input";
  return h(long ? "textarea" : "input", {
    ...hooks(ctx, block, element),
    ...labels,
    class: "field",
    type: long ? undefined : "text",
    rows: long ? 4 : undefined,
    inputmode: MODES[element.type],
    placeholder: letters(element.placeholder),
    maxlength: element.max_length,
    autocomplete: "off",
    dir: "auto",
    value: ctx.get(block, element),
    on: textEvents(element, ctx, block),
  });
}

/** Native pickers change at every typed digit; the app should hear the date, not the digits. */
function settled(send) {
  let timer = null;
  const now = (event) => {
    clearTimeout(timer);
    timer = null;
    send(event.target.value);
  };
  return {
    change: (event) => {
      clearTimeout(timer);
      timer = setTimeout(() => now(event), QUIET);
    },
    blur: (event) => {
      if (timer) now(event);
    },
    keydown: (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        now(event);
      }
    },
  };
}

function dated(type, read, write) {
  return (element, ctx, block, labels) => {
    const value = ctx.get(block, element);
    const keep = (text) => {
      if (read(text, ctx) !== ctx.get(block, element)) commit(ctx, block, element, read(text, ctx));
    };
    const on = dispatches(block)
      ? settled(keep)
      : { change: (event) => ctx.set(block, element, read(event.target.value, ctx), { quiet: true }) };
    return h("input", {
      type,
      class: "field field-date",
      ...hooks(ctx, block, element),
      ...labels,
      "aria-label": labels["aria-labelledby"] ? undefined : letters(element.placeholder) || type,
      value: value === null ? "" : write(value, ctx),
      on,
    });
  };
}

export const datePicker = dated(
  "date",
  (text) => text || null,
  (value) => value,
);
export const timePicker = dated(
  "time",
  (text) => text || null,
  (value) => value,
);
/** Date and time are Unix seconds on the wire and wall-clock time of the person on the page. */
export const dateTimePicker = dated(
  "datetime-local",
  (text, ctx) => (text ? fromWall(text, ctx.env.zone) : null),
  (value, ctx) => toWall(value, ctx.env.zone),
);

function ticks(kind, isOn, next) {
  return (element, ctx, block, labels) => {
    const name = freshId("choice");
    const value = ctx.get(block, element);
    return h(
      "div",
      {
        class: "choices",
        role: kind === "radio" ? "radiogroup" : "group",
        ...labels,
        "data-testid": element.type,
        "data-action-id": element.action_id,
      },
      (element.options || []).map((option, index) =>
        h(
          "label",
          { class: "choice" },
          h("input", {
            type: kind,
            name,
            value: option.value,
            checked: isOn(value, option),
            "data-value": option.value,
            ...hooks(ctx, block, element, ` ${index}`),
            "data-testid": `${element.type}-option`,
            on: { change: () => commit(ctx, block, element, next(ctx.get(block, element), option)) },
          }),
          h(
            "span",
            {},
            textInline(option.text, ctx.env),
            option.description ? h("small", {}, textInline(option.description, ctx.env)) : null,
          ),
        ),
      ),
    );
  };
}

export const radios = ticks(
  "radio",
  (value, option) => value !== null && value.value === option.value,
  (_, option) => option,
);
export const checkboxes = ticks(
  "checkbox",
  (value, option) => value.some((one) => one.value === option.value),
  (value, option) =>
    value.some((one) => one.value === option.value)
      ? value.filter((one) => one.value !== option.value)
      : [...value, option],
);

export function fileInput(element, ctx, block) {
  const kinds = (element.filetypes || []).join(", ");
  return h(
    "div",
    {
      class: "file-drop",
      "data-testid": "file_input",
      "data-action-id": element.action_id,
      "data-block-id": block.block_id,
    },
    `Files cannot be chosen in this page${kinds ? ` (the app asks for ${kinds})` : ""}.`,
  );
}
