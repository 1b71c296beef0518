// What can be done with a message: react, start a thread, copy, and the app's message shortcuts.
// The one rule: shortcuts come from the app's own list, so what the manifest does not name cannot be pressed.

import { h } from "./dom.js";
import { emoji } from "./emoji.js";

const QUICK = ["+1", "white_check_mark", "eyes", "tada", "rotating_light", "question", "heart", "joy"];

export function quickReactions(controller, channel, message) {
  return QUICK.map((name) => ({
    label: `:${name}:`,
    before: h("span", { class: "emoji" }, emoji(name)),
    value: name,
    testid: "reaction-choice",
    run: () => {
      const own = (message.reactions || []).some(
        (one) => one.name === name && (one.users || []).includes(controller.state.user),
      );
      controller.act("react", { channel, ts: message.ts, name, remove: own });
    },
  }));
}

export async function copyText(controller, text) {
  try {
    await navigator.clipboard.writeText(text);
    controller.toast("Copied.");
  } catch {
    controller.toast("The browser did not allow copying.");
  }
}

export function messageActions(controller, channel, message) {
  const { app } = controller.state.world;
  const shortcuts = (app.shortcuts || []).filter((one) => one.type === "message");
  const own = shortcuts.map((one) => ({
    label: one.name,
    detail: app.name,
    icon: "bolt",
    value: one.callback_id,
    testid: "message-shortcut",
    run: () =>
      controller.act("shortcut", {
        callback_id: one.callback_id,
        channel,
        message_ts: message.ts,
        wait: true,
      }),
  }));
  return [
    {
      label: "Start a thread",
      icon: "reply",
      testid: "start-thread",
      run: () => controller.openThread(channel, message.thread_ts || message.ts),
    },
    { label: "Copy text", icon: "copy", run: () => copyText(controller, message.text || "") },
    { label: "Copy message time (ts)", icon: "link", run: () => copyText(controller, message.ts) },
    ...(own.length ? [{ separator: true }, ...own] : []),
  ];
}

/** The + menu: the app's global shortcuts. */
export function globalShortcuts(controller) {
  const { app } = controller.state.world;
  const found = (app.shortcuts || []).filter((one) => one.type === "global");
  if (!found.length) return [{ heading: "This app has no global shortcuts" }];
  return [
    { heading: "Shortcuts" },
    ...found.map((one) => ({
      label: one.name,
      detail: app.name,
      icon: "bolt",
      value: one.callback_id,
      testid: "global-shortcut",
      run: () => controller.act("shortcut", { callback_id: one.callback_id, wait: true }),
    })),
  ];
}
