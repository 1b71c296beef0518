// What this window knows: who acts, where they are, what they see, and what they typed but did not send.
// The one rule: the server's answer is the truth; everything kept here beside it is this window's own and may be lost.

/** "#U0DANA00001/C0DCFAILOVR" -> {user, place}; the place is a channel id, "home" or null. */
export function readHash(hash) {
  const [user, place] = decodeURIComponent(hash.replace(/^#/, "")).split("/");
  return { user: user || null, place: place || null };
}

export function createState() {
  return {
    world: null,
    user: null,
    place: null,
    wantsComposer: false, // the keyboard goes to the composer with the next drawing
    thread: null, // {channel, ts} of the open thread
    screen: { channels: {}, threads: {}, views: [], home: null, toasts: [] },
    connected: true,
    seen: new Map(), // "user/channel" -> newest ts that was looked at
    depths: new Map(), // channel -> how many messages to read, where it is more than one page
    drafts: new Map(), // "user/place" -> text not yet sent
    inputs: new Map(), // surface -> Map("block action" -> value)
    bumps: new Map(), // surface -> how often its controls were put back by a "No" in a confirm dialog
    errors: new Map(), // view id -> {block_id: text}, less those whose field was edited since
    saidErrors: new Map(), // view id -> the errors as the server last gave them, as JSON
    pending: new Map(), // "surface|block|action" -> presses still without an ack
    submitting: new Set(), // view ids
    hiddenEphemeral: new Set(),
    localToasts: [],
    closedToasts: new Set(),
    inspector: {
      open: false,
      tab: "envelopes",
      filter: "",
      openRows: new Set(),
      rows: { envelopes: [], calls: [], violations: [] },
    },
    loadedFor: null, // the person whose screen was read
  };
}

export const userOf = (state, id) => (state.world ? state.world.users.find((user) => user.id === id) : undefined);
export const channelOf = (state, id) => (state.world ? state.world.channels.find((one) => one.id === id) : undefined);
export const me = (state) => userOf(state, state.user);
export const topicOf = (channel) =>
  typeof channel.topic === "string" ? channel.topic : (channel.topic || {}).value || "";
export const isDirect = (id) => typeof id === "string" && id.startsWith("D");

/** The name that Slack shows for a person: the display name, unless it only repeats the handle. */
export function nameOf(state, id) {
  const user = userOf(state, id);
  if (!user) return id;
  const own = user.display_name && user.display_name !== user.name ? user.display_name : "";
  return own || user.real_name || user.name || id;
}

export const zoneOf = (state) => (me(state) && me(state).tz) || "UTC";

/** The direct conversation of the person with the app, once the server knows one. */
export function directChannel(state) {
  const bot = state.world.app.bot_user_id;
  const ids = Object.keys(state.screen.channels).filter(isDirect);
  const withBot = ids.find((id) => {
    const channel = channelOf(state, id);
    return channel && (channel.members || []).includes(bot);
  });
  return withBot || ids[0] || null;
}

/** Channels that the person can see, archived ones last. */
export function visibleChannels(state) {
  const guest = me(state) && me(state).is_restricted;
  return state.world.channels
    .filter((one) => !isDirect(one.id) && !one.is_im && !one.is_mpim)
    .filter((one) => (one.members || []).includes(state.user) || (!one.is_private && !guest))
    .sort((a, b) => Number(a.is_archived || 0) - Number(b.is_archived || 0) || a.name.localeCompare(b.name));
}

export const messagesOf = (state, channel) => (state.screen.channels[channel] || {}).messages || [];
export const threadOf = (state, channel, ts) => (state.screen.threads[channel] || {})[ts] || [];

const seenKey = (state, channel) => `${state.user}/${channel}`;

export function markSeen(state, channel) {
  const all = messagesOf(state, channel);
  if (all.length) state.seen.set(seenKey(state, channel), all[all.length - 1].ts);
  else state.seen.set(seenKey(state, channel), state.seen.get(seenKey(state, channel)) || "0");
}

/** Unread messages of others, and whether one of them mentions the person. */
export function unreadOf(state, channel) {
  const last = state.seen.get(seenKey(state, channel));
  const others = messagesOf(state, channel).filter((one) => one.user !== state.user);
  // Before this window has shown the channel, the server's count is all there is.
  const known = (state.screen.channels[channel] || {}).unread || 0;
  const fresh = last ? others.filter((one) => Number(one.ts) > Number(last)) : others.slice(others.length - known);
  const mention = fresh.some((one) => one.is_ephemeral || String(one.text || "").includes(`<@${state.user}>`));
  return { count: fresh.length, mention };
}

/** Takes one answer of /screen in; of one channel only, the others stay as they were. */
export function takeScreen(state, answer, channel) {
  const { channels = {}, threads = {}, views = [], home = null, toasts = [] } = answer;
  state.loadedFor = state.user;
  const merge = (old, fresh) => (channel ? { ...old, ...fresh } : fresh);
  state.screen = {
    channels: merge(state.screen.channels, channels),
    threads: merge(state.screen.threads, threads),
    views,
    home,
    toasts,
  };
  const alive = new Set([...views.map((view) => view.id), home && home.id]);
  for (const surface of state.inputs.keys()) {
    if (surface.startsWith("V") && !alive.has(surface)) state.inputs.delete(surface);
  }
  takeErrors(state, views);
}

/** Errors beside fields: what the server says counts again only when it changes. */
function takeErrors(state, views) {
  const before = state.saidErrors;
  const errors = new Map();
  state.saidErrors = new Map(views.map((view) => [view.id, JSON.stringify(view.errors || {})]));
  for (const view of views) {
    const same = before.get(view.id) === state.saidErrors.get(view.id);
    errors.set(view.id, same ? state.errors.get(view.id) : view.errors || {});
  }
  state.errors = errors;
}

/** What the message renderer needs to name things; times in the zone of the person looking. */
export function textEnv(state, openChannel) {
  const offset = state.world.now ? state.world.now - Date.now() / 1000 : 0;
  return {
    isSelf: (id) => id === state.user,
    userName: (id) => nameOf(state, id),
    channelName: (id) => {
      const seen = visibleChannels(state).find((one) => one.id === id);
      return seen ? seen.name : "private-channel";
    },
    openChannel,
    zone: zoneOf(state),
    now: () => Date.now() / 1000 + offset,
  };
}
