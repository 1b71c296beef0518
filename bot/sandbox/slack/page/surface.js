// A surface is what holds blocks: a message, a modal view, the Home tab. This gives blocks their context.
// The one rule: blocks know nothing of messages or views; all they do goes through this context.

import { act, Unreachable } from "./api.js";
import { keyed } from "./dom.js";
import { drawBlock } from "./blocks/index.js";
import { getValue, setValue, valueMark } from "./inputs.js";
import { pendingKey } from "./controller.js";

export const messageSurface = (channel, message, blocks) => ({
  key: `${channel}/${message.ts}`,
  body: { channel, message_ts: message.ts },
  blocks,
  content: JSON.stringify(blocks),
});

export const viewSurface = (view) => ({
  key: view.id,
  body: { view_id: view.id },
  blocks: view.blocks,
  content: JSON.stringify(view.blocks),
});

/** Part of a signature: changes when the controls of a surface must be drawn again. */
export function surfaceMark(state, surface) {
  const busy = [...state.pending]
    .filter(([key]) => key.startsWith(`${surface.key}|`))
    .map(([key, entry]) => `${key}${entry.content === surface.content}`);
  return `${valueMark(state, surface.key, surface.blocks)}${busy.join()}${state.bumps.get(surface.key) || ""}`;
}

async function askOptions(state, surface, block, element, query) {
  try {
    return await act(state.user, "options", {
      ...surface.body,
      block_id: block.block_id,
      action_id: element.action_id,
      query,
    });
  } catch (error) {
    if (error instanceof Unreachable) return { ok: false, detail: "The sandbox cannot be reached." };
    throw error;
  }
}

function bump(state, surface) {
  state.bumps.set(surface.key, (state.bumps.get(surface.key) || 0) + 1);
}

/** The context of one surface; more: errors beside fields, submit(). */
export function contextOf(controller, surface, more = {}) {
  const { state } = controller;
  return {
    state,
    surface,
    env: controller.env(),
    get: (block, element) => getValue(state, surface.key, block, element),
    set: (block, element, value, { quiet = false } = {}) => {
      setValue(state, surface.key, block, element, value);
      const wrong = state.errors.get(surface.key);
      if (wrong && wrong[block.block_id]) {
        const { [block.block_id]: _, ...rest } = wrong;
        state.errors.set(surface.key, rest);
        controller.render();
      } else if (!quiet) {
        controller.render();
      }
    },
    busy: (block, element) => {
      const entry = state.pending.get(pendingKey(surface, block, element));
      return Boolean(entry) && entry.content === surface.content;
    },
    bump: () => {
      bump(state, surface);
      controller.render();
    },
    press: (block, element, value) => controller.press(surface, block, element, value),
    options: (block, element, query) => askOptions(state, surface, block, element, query),
    ...more,
  };
}

/** Draws the blocks of a view into a node and later changes only the blocks that changed. */
export function patchBlocks(node, controller, surface, more = {}) {
  const ctx = contextOf(controller, surface, more);
  const { state } = controller;
  keyed(node, surface.blocks || [], {
    key: (block) => block.block_id,
    sig: (block) =>
      JSON.stringify(block) +
      surfaceMark(state, { ...surface, blocks: [block], key: surface.key }) +
      ((more.errors || {})[block.block_id] || ""),
    draw: (block) => drawBlock(block, ctx),
  });
}
