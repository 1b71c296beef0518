// The control interface of the embedded Slack, one function a call.
// The one rule: nothing here throws for an answer that says no; only an unreachable server throws (Unreachable).

export class Unreachable extends Error {}

async function call(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    throw new Unreachable(String(error));
  }
  try {
    return await answer.json();
  } catch {
    return { ok: false, error: "not_json", detail: `The sandbox answered ${answer.status} without JSON.` };
  }
}

const person = (user) => `/control/users/${encodeURIComponent(user)}`;

export const getWorld = () => call("GET", "/control/world");

/** What one person sees, the newest `limit` messages of a channel; without a channel, of all. */
export function getScreen(user, channel, limit) {
  const query = channel ? `channel=${encodeURIComponent(channel)}&limit=${limit}` : `limit=${limit}`;
  return call("GET", `${person(user)}/screen?${query}`);
}

export const getEnvelopes = (after) => call("GET", `/control/envelopes?after=${after}`);
export const getCalls = (after) => call("GET", `/control/calls?after=${after}`);
export const getViolations = () => call("GET", "/control/violations");

/** Acts as a person: verb is command, message, click, submit, close, shortcut, options, home, react, join, leave, invite. */
export const act = (user, verb, body) => call("POST", `${person(user)}/${verb}`, body);
