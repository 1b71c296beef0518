// Values of interactive elements: what the app preset, what the person chose, and the form the server takes.
// The one rule: a value is kept by (surface, block_id, action_id), so an update of the surface does not lose what was typed.

const TEXT = new Set(["plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input"]);
export const isText = (element) => TEXT.has(element.type);
export const isMulti = (element) => element.type.startsWith("multi_") || element.type === "checkboxes";

const NO_VALUE = new Set([
  "button",
  "overflow",
  "image",
  "workflow_button",
  "icon_button",
  "feedback_buttons",
  "file_input",
]);

/** All blocks of a surface, those inside containers too. */
function withChildren(blocks) {
  return (blocks || []).flatMap((block) => [
    block,
    ...(block.type === "container" ? withChildren(block.child_blocks) : []),
  ]);
}

/** All blocks of a message, those of its attachments too: one press sends the values of all of them. */
export const allBlocks = (message) => [
  ...(message.blocks || []),
  ...(message.attachments || []).flatMap((one) => one.blocks || []),
];

/** Every element of a surface that holds a value, as {block, element}. */
export function holders(blocks) {
  const out = [];
  for (const block of withChildren(blocks)) {
    const elements =
      block.type === "input"
        ? [block.element]
        : block.type === "section"
          ? [block.accessory]
          : block.type === "actions"
            ? block.elements
            : [];
    for (const element of elements || []) {
      if (element && element.action_id && !NO_VALUE.has(element.type)) out.push({ block, element });
    }
  }
  return out;
}

/** The value that the app preset: text, an option object, an id, a list of either, or Unix seconds. */
function initial(element) {
  switch (element.type) {
    case "static_select":
    case "external_select":
    case "radio_buttons":
      return element.initial_option ?? null;
    case "multi_static_select":
    case "multi_external_select":
    case "checkboxes":
      return element.initial_options ?? [];
    case "users_select":
      return element.initial_user ?? null;
    case "multi_users_select":
      return element.initial_users ?? [];
    case "conversations_select":
      return element.initial_conversation ?? null;
    case "multi_conversations_select":
      return element.initial_conversations ?? [];
    case "channels_select":
      return element.initial_channel ?? null;
    case "multi_channels_select":
      return element.initial_channels ?? [];
    case "datepicker":
      return element.initial_date ?? null;
    case "timepicker":
      return element.initial_time ?? null;
    case "datetimepicker":
      return element.initial_date_time ?? null;
    case "rich_text_input":
      return element.initial_value ? flatten(element.initial_value) : "";
    default:
      return element.initial_value ?? "";
  }
}

const flatten = (node) => (node.text ? node.text : (node.elements || []).map(flatten).join(""));

const slot = (block, element) => `${block.block_id} ${element.action_id}`;

export function getValue(state, surface, block, element) {
  const kept = state.inputs.get(surface);
  const key = slot(block, element);
  return kept && kept.has(key) ? kept.get(key) : initial(element);
}

export function setValue(state, surface, block, element, value) {
  if (!state.inputs.has(surface)) state.inputs.set(surface, new Map());
  state.inputs.get(surface).set(slot(block, element), value);
}

/** A mark that changes when a chosen (not typed) value of this block changes: part of what decides on a redraw. */
export function valueMark(state, surface, blocks) {
  if (!state.inputs.has(surface)) return "";
  return JSON.stringify(
    holders(blocks)
      .filter(({ element }) => !isText(element))
      .map(({ block, element }) => wire(getValue(state, surface, block, element))),
  );
}

/** The value form of the control interface: option objects become their values. */
export function wire(value) {
  if (Array.isArray(value)) return value.map(wire);
  return value && typeof value === "object" ? value.value : value;
}

/** {block_id: {action_id: value}} of all inputs of a surface that hold something or were touched. */
export function wireState(state, surface, blocks) {
  const out = {};
  const kept = state.inputs.get(surface) || new Map();
  for (const { block, element } of holders(blocks)) {
    const value = wire(getValue(state, surface, block, element));
    const empty = value === null || value === "" || (Array.isArray(value) && !value.length);
    if (empty && !kept.has(slot(block, element))) continue;
    out[block.block_id] = { ...out[block.block_id], [element.action_id]: value === "" ? null : value };
  }
  return out;
}
