// What hangs on a message: attachments, files, reactions, the reply count, the tools on hover.
// The one rule: each part is drawn from the message alone, and acts only through the controller.

import { personAvatar } from "./author.js";
import { drawBlocks } from "./blocks/index.js";
import { picture } from "./blocks/text.js";
import { clock } from "./dates.js";
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { icon } from "./icons.js";
import { openMenu } from "./layers.js";
import { messageActions, quickReactions } from "./message_actions.js";
import { mrkdwn } from "./mrkdwn.js";
import { nameOf } from "./state.js";

export function attachment(one, ctx) {
  const color =
    { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" }[one.color] ||
    (/^#?[0-9a-f]{6}$/i.test(one.color || "") ? `#${one.color.replace("#", "")}` : "");
  const inside = one.blocks
    ? drawBlocks(one.blocks, ctx)
    : [
        one.title ? h("strong", {}, one.title) : null,
        one.text || (!one.title && one.fallback) ? h("div", {}, mrkdwn(one.text || one.fallback, ctx.env)) : null,
        (one.fields || []).map((field) => h("div", { class: "para" }, h("strong", {}, field.title), " ", field.value)),
        one.image_url ? picture(one.image_url, one.fallback || "image", "picture-wide") : null,
        one.footer ? h("div", { class: "faint" }, one.footer) : null,
      ];
  return [
    one.pretext ? h("div", {}, mrkdwn(one.pretext, ctx.env)) : null,
    h("div", { class: "attachment", style: { "border-left-color": color } }, inside),
  ];
}

/** The file's address for this person: the server gives it to members of a channel where it was shared. */
function fileAddress(file, user) {
  const { pathname } = new URL(file.url_private || "/", location.href);
  return pathname.startsWith("/files/") ? `${pathname}?user=${encodeURIComponent(user)}` : "";
}

export function fileCard(file, user) {
  const name = file.title || file.name || file.id;
  const url = fileAddress(file, user);
  const shown = url && /^image\//.test(file.mimetype || "") ? picture(url, name, "picture-wide") : icon("file", 22);
  const link = url ? h("a", { href: url, class: "link", download: file.name || name }, name) : h("span", {}, name);
  const size = file.size ? h("small", {}, `${Math.ceil(file.size / 1024)} kB`) : null;
  return h("div", { class: "file", "data-testid": "file" }, shown, link, size);
}

export function reactions(controller, channel, message) {
  const { state } = controller;
  if (!(message.reactions || []).length) return null;
  return h(
    "div",
    { class: "reactions" },
    message.reactions.map((one) => {
      const mine = (one.users || []).includes(state.user);
      const names = (one.users || []).map((id) => nameOf(state, id)).join(", ");
      return h(
        "button",
        {
          type: "button",
          class: mine ? "reaction mine" : "reaction",
          "aria-pressed": String(mine),
          title: `${names} reacted with :${one.name}:`,
          "data-testid": "reaction",
          "data-name": one.name,
          "data-focus-key": `${channel}/${message.ts} reaction ${one.name}`,
          on: {
            click: () => controller.act("react", { channel, ts: message.ts, name: one.name, remove: mine }),
          },
        },
        h("span", { class: "emoji" }, emoji(one.name) || `:${one.name}:`),
        ` ${one.count}`,
      );
    }),
  );
}

export function replies(controller, channel, message, inThread) {
  if (!message.reply_count || inThread) return null;
  const { state } = controller;
  const last = message.latest_reply ? `Last reply ${clock(Number(message.latest_reply), controller.env().zone)}` : "";
  return h(
    "button",
    {
      type: "button",
      class: "reply-bar",
      "data-testid": "replies",
      "data-focus-key": `${channel}/${message.ts} replies`,
      on: { click: () => controller.openThread(channel, message.ts) },
    },
    (message.reply_users || []).slice(0, 4).map((id) => personAvatar(state, id, 20)),
    h("strong", {}, `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`),
    h("span", { class: "faint" }, last),
  );
}

function tool(channel, message, [label, name, testid, click]) {
  const hooks = { "data-testid": testid, "data-focus-key": `${channel}/${message.ts} ${testid}` };
  const words = { tabindex: "-1", "aria-label": label, title: label };
  return h("button", { type: "button", class: "tool", ...words, ...hooks, on: { click } }, icon(name));
}

export function toolbar(controller, channel, message) {
  const menu = (title, items) => (event) => openMenu(event.currentTarget, title, items(controller, channel, message));
  const thread = () => controller.openThread(channel, message.thread_ts || message.ts);
  const dismiss = () => {
    controller.state.hiddenEphemeral.add(message.ts);
    controller.render();
  };
  const tools = message.is_ephemeral
    ? [["Dismiss", "close", "dismiss", dismiss]]
    : [
        ["Add a reaction", "smile", "add-reaction", menu("Reactions", quickReactions)],
        ["Reply in thread", "reply", "open-thread", thread],
        ["More actions", "more", "message-menu", menu("Message actions", messageActions)],
      ];
  const drawn = tools.map((one) => tool(channel, message, one));
  return h("div", { class: "toolbar", role: "toolbar", "aria-label": "Message actions" }, drawn);
}
