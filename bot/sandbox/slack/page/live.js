// The live connection: says what changed, never what it changed to.
// The one rule: it always comes back by itself, and every (re)connection starts with a full re-read.

const FIRST_WAIT = 300;
const LONGEST_WAIT = 2000;

/** Opens the live socket of a person. on.up(), on.down() and on.changed(event) are called; returns a stop function. */
export function openLive(user, on) {
  let socket = null;
  let timer = null;
  let wait = FIRST_WAIT;
  let stopped = false;

  function later() {
    if (stopped) return;
    on.down();
    timer = setTimeout(connect, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }

  function connect() {
    if (stopped) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/control/live?user=${encodeURIComponent(user)}`);
    socket.addEventListener("message", ({ data }) => {
      if (stopped) return;
      const event = JSON.parse(data);
      if (event.type === "hello") {
        wait = FIRST_WAIT;
        on.up();
      } else {
        on.changed(event);
      }
    });
    socket.addEventListener("close", later);
  }

  connect();
  return () => {
    stopped = true;
    clearTimeout(timer);
    if (socket) socket.close();
  };
}
