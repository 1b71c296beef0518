// Select menus of all kinds: fixed options, people, channels, conversations, and type-ahead answered by the app.
// The one rule: what is shown as chosen is what would be sent.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { isMulti } from "../inputs.js";
import { channelOf, nameOf, visibleChannels } from "../state.js";
import { openPicker } from "../picker.js";
import { commit, hooks } from "./commit.js";
import { letters, textInline } from "./text.js";

const KINDS = [
  ["external", "external_select"],
  ["users", "users_select"],
  ["channels", "channels_select"],
  ["conversations", "conversations_select"],
];
const kindOf = (element) => (KINDS.find(([, end]) => element.type.endsWith(end)) || ["static"])[0];

const fits = (query, ...words) =>
  words.some((one) =>
    String(one || "")
      .toLowerCase()
      .includes(query.toLowerCase().trim()),
  );
const asRow = (option) => ({
  value: option.value,
  text: letters(option.text),
  description: letters(option.description),
  whole: option,
});

function groupsOf(answer) {
  if (answer.option_groups)
    return answer.option_groups.map((group) => ({
      label: letters(group.label),
      options: (group.options || []).map(asRow),
    }));
  return [{ options: (answer.options || []).map(asRow) }];
}

function fixedSource(element) {
  return (query) => ({
    groups: groupsOf(element)
      .map((group) => ({
        ...group,
        options: group.options.filter((one) => fits(query, one.text, one.description)),
      }))
      .filter((group) => group.options.length),
  });
}

function peopleSource(ctx) {
  const { world } = ctx.state;
  return (query) => ({
    groups: [
      {
        options: world.users
          .filter((user) => !user.deleted && fits(query, user.name, user.real_name, user.display_name))
          .map((user) => ({
            value: user.id,
            text: nameOf(ctx.state, user.id),
            description: user.is_bot ? "App" : user.real_name,
          })),
      },
    ],
  });
}

function channelSource(ctx, element) {
  const include = element.type.endsWith("channels_select")
    ? ["public"]
    : (element.filter || {}).include || ["public", "private"];
  const wanted = (one) => !one.is_archived && include.includes(one.is_private ? "private" : "public");
  return (query) => ({
    groups: [
      {
        options: visibleChannels(ctx.state)
          .filter((one) => wanted(one) && fits(query, one.name))
          .map((one) => ({ value: one.id, text: `${one.is_private ? "🔒 " : "# "}${one.name}` })),
      },
    ],
  });
}

function externalSource(ctx, block, element) {
  const least = element.min_query_length ?? 3;
  return (query) => {
    if (query.trim().length < least) {
      return { groups: [], words: least === 1 ? "Type to search" : `Type at least ${least} letters` };
    }
    return ctx
      .options(block, element, query)
      .then((answer) =>
        answer.ok ? { groups: groupsOf(answer) } : { groups: [], words: answer.detail || "The app gave no options." },
      );
  };
}

function sourceOf(ctx, block, element) {
  const kind = kindOf(element);
  if (kind === "external") return externalSource(ctx, block, element);
  if (kind === "users") return peopleSource(ctx);
  return kind === "static" ? fixedSource(element) : channelSource(ctx, element);
}

/** The words for a chosen value: an option object or an id. */
function labelOf(ctx, value) {
  if (typeof value === "object") return textInline(value.text, ctx.env);
  if (/^[UW]/.test(value)) return `@${nameOf(ctx.state, value)}`;
  const channel = channelOf(ctx.state, value);
  return channel ? `#${channel.name}` : value;
}

const same = (value, row) => (value && typeof value === "object" ? value.value : value) === row.value;

function face(ctx, element, value) {
  const chosen = isMulti(element) ? value : value === null ? [] : [value];
  if (!chosen.length) return h("span", { class: "select-empty" }, letters(element.placeholder) || "Choose an option");
  if (!isMulti(element)) return h("span", { class: "select-words" }, labelOf(ctx, chosen[0]));
  return h(
    "span",
    { class: "chips" },
    chosen.map((one) => h("span", { class: "chip" }, labelOf(ctx, one))),
  );
}

function openMulti(ctx, block, element, shared) {
  let chosen = [...ctx.get(block, element)];
  const before = JSON.stringify(chosen);
  const limit = element.max_selected_items || Infinity;
  openPicker({
    ...shared,
    stay: true,
    isChosen: (row) => chosen.some((one) => same(one, row)),
    take: (row) => {
      const has = chosen.some((one) => same(one, row));
      if (has) chosen = chosen.filter((one) => !same(one, row));
      else if (chosen.length < limit) chosen = [...chosen, row.whole || row.value];
    },
    // Slack tells the app once, when the list closes.
    closed: () => {
      if (JSON.stringify(chosen) !== before) commit(ctx, block, element, chosen);
    },
  });
}

function openSingle(ctx, block, element, shared) {
  const now = ctx.get(block, element);
  const source = (query) => {
    const answer = shared.source(query);
    if (!(block.type === "input" && block.optional && now !== null && !query) || answer instanceof Promise)
      return answer;
    return {
      ...answer,
      groups: [{ options: [{ value: "", text: "Clear the choice", clears: true }] }, ...answer.groups],
    };
  };
  openPicker({
    ...shared,
    source,
    isChosen: (row) => now !== null && same(now, row),
    take: (row) => commit(ctx, block, element, row.clears ? null : row.whole || row.value),
  });
}

export function select(element, ctx, block, label, labels = {}) {
  const value = ctx.get(block, element);
  const busy = ctx.busy(block, element);
  const open = (event) => {
    const shared = {
      anchor: event.currentTarget,
      label: label || letters(element.placeholder) || "Options",
      placeholder: letters(element.placeholder),
      source: sourceOf(ctx, block, element),
      typeahead: kindOf(element) === "external",
    };
    (isMulti(element) ? openMulti : openSingle)(ctx, block, element, shared);
  };
  return h(
    "button",
    {
      type: "button",
      class: busy ? "select working" : "select",
      ...hooks(ctx, block, element),
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      id: labels.id,
      "aria-labelledby": labels.id ? `${labels["aria-labelledby"]} ${labels.id}` : undefined,
      "aria-describedby": labels["aria-describedby"],
      "aria-invalid": labels["aria-invalid"],
      "aria-busy": busy ? "true" : undefined,
      on: {
        click: open,
        keydown: (event) => {
          if (event.key === "ArrowDown") {
            event.preventDefault();
            open(event);
          }
        },
      },
    },
    face(ctx, element, value),
    busy ? h("span", { class: "spinner" }) : icon("down"),
  );
}
