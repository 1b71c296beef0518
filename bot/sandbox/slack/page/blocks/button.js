// Buttons, overflow menus, and the small buttons under AI messages.
// The one rule: a pressed button shows that it works until the ack arrives or its surface changes, and stays pressable.

import { h, isSafeLink } from "../dom.js";
import { icon } from "../icons.js";
import { openMenu } from "../layers.js";
import { hooks, press } from "./commit.js";
import { letters, textInline } from "./text.js";

const STYLES = { primary: "button button-primary", danger: "button button-danger" };

/** A link button opens its address and tells the app as well; the address waits for the confirm dialog. */
function linkButton(element, ctx, block, attributes, words) {
  const openAfter = (...all) => {
    ctx.press(...all);
    if (isSafeLink(element.url)) window.open(element.url, "_blank", "noopener");
  };
  const click = (event) => {
    if (element.confirm) event.preventDefault();
    press(element.confirm ? { ...ctx, press: openAfter } : ctx, block, element);
  };
  const link = { href: element.url, target: "_blank", rel: "noopener noreferrer", role: "button" };
  return h("a", { ...link, ...attributes, on: { click } }, words, icon("link", 12));
}

export function button(element, ctx, block) {
  const busy = ctx.busy(block, element);
  const attributes = {
    ...hooks(ctx, block, element),
    class: `${STYLES[element.style] || "button"}${busy ? " working" : ""}`,
    "aria-busy": busy ? "true" : undefined,
    "aria-label": element.accessibility_label,
    dir: "auto",
  };
  const words = [
    busy ? h("span", { class: "spinner", "aria-hidden": "true" }) : null,
    textInline(element.text, ctx.env),
  ];
  if (element.url) return linkButton(element, ctx, block, attributes, words);
  return h("button", { type: "button", ...attributes, on: { click: () => press(ctx, block, element) } }, words);
}

export function overflow(element, ctx, block) {
  const pick = (option) => {
    if (option.url && isSafeLink(option.url)) window.open(option.url, "_blank", "noopener");
    press(ctx, block, element, option.value);
  };
  const items = (element.options || []).map((option) => ({
    label: textInline(option.text, ctx.env),
    detail: letters(option.description),
    value: option.value,
    testid: "overflow-option",
    run: () => pick(option),
  }));
  const busy = ctx.busy(block, element);
  return h(
    "button",
    {
      type: "button",
      class: busy ? "button button-icon working" : "button button-icon",
      ...hooks(ctx, block, element),
      "aria-haspopup": "menu",
      "aria-label": "More options",
      "aria-busy": busy ? "true" : undefined,
      on: { click: (event) => openMenu(event.currentTarget, "More options", items) },
    },
    busy ? h("span", { class: "spinner" }) : icon("more"),
  );
}

export function iconButton(element, ctx, block) {
  const name = letters(element.text) || element.icon;
  return h(
    "button",
    {
      type: "button",
      class: "button button-icon",
      ...hooks(ctx, block, element),
      "aria-label": element.accessibility_label || name,
      title: name,
      on: { click: () => press(ctx, block, element) },
    },
    icon(element.icon === "trash" ? "close" : "bolt"),
  );
}

export function feedback(element, ctx, block) {
  const one = (choice, sign, suffix) =>
    choice &&
    h(
      "button",
      {
        type: "button",
        class: "button button-icon",
        ...hooks(ctx, block, element, suffix),
        "aria-label": choice.accessibility_label || letters(choice.text),
        title: letters(choice.text),
        on: { click: () => press(ctx, block, element, choice.value) },
      },
      sign,
    );
  return h(
    "span",
    { class: "feedback", role: "group" },
    one(element.positive_button, "👍", " +"),
    one(element.negative_button, "👎", " -"),
  );
}
