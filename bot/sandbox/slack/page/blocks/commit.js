// What happens when a person uses an element: confirm, keep the value, tell the app if it wants to know.
// The one rule: every press is sent, also the second of a double click; de-duplication is the app's work, as in Slack.

import { confirmDialog } from "../dialog.js";
import { wire } from "../inputs.js";

/** True when Slack sends block_actions for this element at once. */
export const dispatches = (block) => block.type !== "input" || Boolean(block.dispatch_action);

/** Keeps a new value of an element and sends it where Slack would. */
export async function commit(ctx, block, element, value) {
  if (dispatches(block) && element.confirm && !(await confirmDialog(element.confirm, ctx.env))) {
    ctx.bump(); // the control may show the new value already: draw the old one again
    return;
  }
  ctx.set(block, element, value);
  if (dispatches(block)) ctx.press(block, element, wire(value));
}

/** Presses a button-like element; value only for those that offer a choice (overflow, feedback). */
export async function press(ctx, block, element, value) {
  if (element.confirm && !(await confirmDialog(element.confirm, ctx.env))) return;
  ctx.press(block, element, value);
}

/** The attributes by which tests and the focus keeper find an element again. */
export function hooks(ctx, block, element, suffix = "") {
  return {
    "data-action-id": element.action_id,
    "data-block-id": block.block_id,
    "data-testid": element.type,
    "data-focus-key": `${ctx.surface.key} ${block.block_id} ${element.action_id}${suffix}`,
  };
}
