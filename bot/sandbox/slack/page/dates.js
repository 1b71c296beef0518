// Times as a person reads them.
// The one rule: every time is Unix seconds (UTC) until the moment it is shown, in the time zone of the person looking.

const DAY = 86400;
const LAST = 8.64e12; // seconds: the end of the time that a browser knows

function parts(seconds, zone, options) {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }).format(new Date(seconds * 1000));
}

const isoDay = (seconds, zone) =>
  new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(new Date(seconds * 1000));

/** "14:05" */
export const clock = (seconds, zone) => parts(seconds, zone, { hour: "2-digit", minute: "2-digit" });
/** "14:05:09" */
export const clockSeconds = (seconds, zone) =>
  parts(seconds, zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** "Today", "Yesterday", "Tomorrow" or null when the day is none of them. */
function nearDay(seconds, zone, now) {
  const day = isoDay(seconds, zone);
  if (day === isoDay(now, zone)) return "Today";
  if (day === isoDay(now - DAY, zone)) return "Yesterday";
  if (day === isoDay(now + DAY, zone)) return "Tomorrow";
  return null;
}

const longDay = (seconds, zone) =>
  parts(seconds, zone, { weekday: "long", day: "numeric", month: "long", year: "numeric" });

/** The label between the messages of two days. */
export const dayLabel = (seconds, zone, now) => nearDay(seconds, zone, now) || longDay(seconds, zone);

function ago(seconds, now) {
  const gap = Math.abs(now - seconds);
  const [count, unit] = gap < 3600 ? [gap / 60, "minute"] : gap < DAY ? [gap / 3600, "hour"] : [gap / DAY, "day"];
  const whole = Math.max(1, Math.round(count));
  const words = `${whole} ${unit}${whole === 1 ? "" : "s"}`;
  return seconds > now ? `in ${words}` : `${words} ago`;
}

/** The tokens of <!date^ts^format|fallback>; an unknown token stays as written, as in Slack. */
const TOKENS = {
  date_num: isoDay,
  date: (s, z) => parts(s, z, { month: "long", day: "numeric", year: "numeric" }),
  date_short: (s, z) => parts(s, z, { month: "short", day: "numeric", year: "numeric" }),
  date_long: longDay,
  date_long_full: longDay,
  date_pretty: (s, z, now) => nearDay(s, z, now) || TOKENS.date(s, z),
  date_short_pretty: (s, z, now) => nearDay(s, z, now) || TOKENS.date_short(s, z),
  date_long_pretty: (s, z, now) => nearDay(s, z, now) || longDay(s, z),
  day_divider_pretty: (s, z, now) => nearDay(s, z, now) || longDay(s, z),
  time: clock,
  time_secs: clockSeconds,
  ago: (s, z, now) => ago(s, now),
};

/** Fills a date format such as "{date_short_pretty} at {time}"; "" when the time is no time. */
export function fillDate(seconds, format, zone, now) {
  if (!(Math.abs(seconds) <= LAST)) return "";
  const text = format.replace(/\{([a-z_]+)\}/g, (whole, name) =>
    TOKENS[name] ? TOKENS[name](seconds, zone, now) : whole,
  );
  // "Yesterday" in the middle of a sentence is written small.
  return text.replace(/(?<=\S\s)(Today|Yesterday|Tomorrow)\b/g, (word) => word.toLowerCase());
}

/** Unix seconds of a wall-clock time "YYYY-MM-DDTHH:MM" in a time zone. */
export function fromWall(text, zone) {
  const asUtc = Date.parse(`${text}:00Z`) / 1000;
  if (!Number.isFinite(asUtc)) return null;
  let guess = asUtc;
  // Twice, because the first guess may lie on the other side of a change of the clocks.
  for (let round = 0; round < 2; round += 1) guess += asUtc - Date.parse(`${toWall(guess, zone)}:00Z`) / 1000;
  return guess;
}

/** The wall-clock time "YYYY-MM-DDTHH:MM" of Unix seconds in a time zone. */
export function toWall(seconds, zone) {
  return `${isoDay(seconds, zone)}T${clock(seconds, zone)}`;
}
