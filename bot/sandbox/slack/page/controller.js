// Everything this window can do: go somewhere, act as the person, and read again what changed.
// The one rule: reads run one after the other, so an older answer can never overwrite a newer one.

import * as api from "./api.js";
import {
  channelOf,
  directChannel,
  markSeen,
  messagesOf,
  readHash,
  takeScreen,
  textEnv,
  visibleChannels,
} from "./state.js";
import { allBlocks, wireState } from "./inputs.js";

const EVERYTHING = "*";
export const PAGE_OF_MESSAGES = 100;

function createReader(state, render, fail) {
  const wanted = new Set();
  let running = null;

  async function readOne(channel) {
    const user = state.user;
    const limit = state.depths.get(channel) || PAGE_OF_MESSAGES;
    const answer = await api.getScreen(user, channel === EVERYTHING ? null : channel, limit);
    if (user !== state.user) return;
    if (answer.ok) takeScreen(state, answer, channel === EVERYTHING ? null : channel);
    else fail(answer.detail || answer.error);
  }

  async function loop() {
    try {
      while (wanted.size) {
        const next = wanted.has(EVERYTHING) ? EVERYTHING : wanted.values().next().value;
        if (next === EVERYTHING) wanted.clear();
        else wanted.delete(next);
        // A full read brings only the newest page; where the person went further back, that is read after it.
        if (next === EVERYTHING && state.depths.has(state.place)) wanted.add(state.place);
        await readOne(next);
      }
    } catch (error) {
      if (!(error instanceof api.Unreachable)) throw error;
      wanted.clear(); // the live connection reads everything again once the server is back
    } finally {
      running = null;
      render();
    }
  }

  return (channel) => {
    wanted.add(channel || EVERYTHING);
    running = running || loop();
    return running;
  };
}

/** The blocks that a surface has now: an element may be older than its neighbours. */
function blocksNow(state, { body, blocks }) {
  const { views, home, threads } = state.screen;
  const view = [...views, home].find((one) => one && one.id === body.view_id);
  if (view) return view.blocks;
  const said = [...messagesOf(state, body.channel), ...Object.values(threads[body.channel] || {}).flat()];
  const message = said.find((one) => one.ts === body.message_ts);
  return message ? allBlocks(message) : blocks;
}

/** What an act needs to know about the surface it happens on. */
function pressed(state, surface, block, element, value) {
  const blocks = blocksNow(state, surface);
  const body = { ...surface.body, block_id: block.block_id, action_id: element.action_id, wait: true };
  if (value !== undefined) body.value = value;
  const inputs = wireState(state, surface.key, blocks);
  if (Object.keys(inputs).length) body.state = inputs;
  return body;
}

export const pendingKey = (surface, block, element) => `${surface.key}|${block.block_id}|${element.action_id}`;

/** Acts, and says what went wrong; gives the answer, or null when the server is gone. */
async function act(controller, verb, body, { quiet = false } = {}) {
  try {
    const answer = await api.act(controller.state.user, verb, body);
    if (!answer.ok && !quiet) controller.toast(answer.detail || answer.error || "That did not work.");
    return answer;
  } catch (error) {
    if (!(error instanceof api.Unreachable)) throw error;
    controller.toast("The sandbox cannot be reached.");
    return null;
  }
}

async function press(controller, surface, block, element, value) {
  const { state, render } = controller;
  const key = pendingKey(surface, block, element);
  const entry = state.pending.get(key) || { count: 0 };
  state.pending.set(key, { count: entry.count + 1, content: surface.content });
  render();
  await act(controller, "click", pressed(state, surface, block, element, value));
  const now = state.pending.get(key);
  if (now && now.count > 1) state.pending.set(key, { ...now, count: now.count - 1 });
  else state.pending.delete(key);
  render();
  controller.read(surface.body.channel || controller.here());
}

async function submit(controller, view) {
  const { state, render } = controller;
  if (state.submitting.has(view.id)) return;
  state.submitting.add(view.id);
  state.errors.delete(view.id);
  state.saidErrors.delete(view.id); // the same errors again are news again
  render();
  const body = { view_id: view.id, values: wireState(state, view.id, view.blocks), wait: true };
  const answer = await act(controller, "submit", body, { quiet: true });
  state.submitting.delete(view.id);
  if (answer && !answer.ok && !answer.errors) controller.toast(answer.detail || answer.error);
  await controller.read(controller.here());
  render();
}

async function go(controller, place, { write = false } = {}) {
  const { state } = controller;
  if (!place) return;
  state.place = place;
  state.wantsComposer = write;
  state.thread = null;
  const hash = `#${state.user}/${place}`;
  if (location.hash !== hash) history.replaceState(null, "", hash);
  controller.render();
  if (place === "home" && controller.state.world.app.home_tab) await act(controller, "home", { wait: true });
  else if ((state.screen.channels[place] || {}).unread)
    await act(controller, "read", { channel: place }, { quiet: true });
  await controller.read(controller.here());
}

/** Follows a mention of a channel, if the person may see it. */
function openChannel(controller, id) {
  if (visibleChannels(controller.state).some((one) => one.id === id)) controller.go(id);
  else controller.toast("You are not in that channel.");
}

export function createController(state, render) {
  let toasts = 0;
  const toast = (text) => {
    toasts += 1;
    state.localToasts.push({ id: `local-${toasts}`, text });
    render();
  };
  const controller = {
    state,
    render,
    toast,
    read: createReader(state, render, toast),
    here: () => (state.place && state.place !== "home" ? state.place : directChannel(state)),
    env: () => textEnv(state, (id) => openChannel(controller, id)),
    act: (verb, body, options) => act(controller, verb, body, options),
    press: (surface, block, element, value) => press(controller, surface, block, element, value),
    submit: (view) => submit(controller, view),
    go: (place, options) => go(controller, place, options),
    closeView: async (view, clear) => {
      await act(controller, "close", { view_id: view.id, clear });
      await controller.read(controller.here());
    },
    showOlder: (channel) => {
      state.depths.set(channel, (state.depths.get(channel) || PAGE_OF_MESSAGES) + PAGE_OF_MESSAGES);
      return controller.read(channel);
    },
    openThread: (channel, ts) => {
      state.thread = channel ? { channel, ts } : null;
      render();
      if (channel) controller.read(channel);
    },
  };
  return controller;
}

/** Chooses person and place from the address, with the first of each as fallback. */
export function settle(state, hash) {
  const wanted = readHash(hash);
  const people = state.world.users.filter((user) => !user.is_bot && !user.deleted && !user.is_stranger);
  const user = people.find((one) => one.id === wanted.user) || people[0];
  state.user = user ? user.id : null;
  const channels = visibleChannels(state);
  const direct = wanted.place === "home" || (wanted.place || "").startsWith("D");
  const bot = state.world.app.bot_user_id;
  const first =
    channels.find(
      (one) => (one.members || []).includes(state.user) && (one.members || []).includes(bot) && one.name !== "general",
    ) || channels[0];
  state.place = direct || channels.some((one) => one.id === wanted.place) ? wanted.place : first ? first.id : "home";
}

/** The channel on the screen counts as read. */
export function lookAt(state) {
  if (state.place && channelOf(state, state.place)) markSeen(state, state.place);
  if (state.place && state.place.startsWith("D")) markSeen(state, state.place);
}
