// Line icons, drawn for this page.
// The one rule: decorative only; the element that holds an icon carries the words.

const PATHS = {
  hash: "M6 3 4.5 13M11.5 3 10 13M3 6h10.5M2.5 10H13",
  lock: "M4 7h8v6H4zM5.5 7V5a2.5 2.5 0 0 1 5 0v2",
  home: "M2.5 7.5 8 3l5.5 4.5M4 7v6h8V7",
  plus: "M8 3v10M3 8h10",
  close: "M4 4l8 8M12 4l-8 8",
  back: "M9.5 3.5 5 8l4.5 4.5",
  down: "M4 6l4 4 4-4",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  smile: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M6 6.5h.01M10 6.5h.01M5.5 9.5a3 3 0 0 0 5 0",
  reply: "M3 3.5h10v7H8l-3 2.5v-2.5H3z",
  pin: "M6 2.5h4l-.5 4 2 2.5h-7l2-2.5zM8 9v4.5",
  eye: "M1.5 8S4 4 8 4s6.5 4 6.5 4S12 12 8 12 1.5 8 1.5 8M8 6.500a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3",
  send: "M2.5 3 14 8 2.5 13l1.5-5zM4 8h5",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1.500v1.500M8 13v1.500M1.5 8H3M13 8h1.500M3.4 3.400l1 1M11.6 11.600l1 1M12.6 3.400l-1 1M4.4 11.600l-1 1",
  moon: "M13 9.500A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5",
  traffic: "M2 11.500h2.500l2-7 3 9 2-5H14",
  search: "M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8M10 10l3.5 3.5",
  check: "M3 8.5 6.5 12 13 4.5",
  copy: "M5.5 5.500h7v7h-7zM3.5 10.500v-7h7",
  file: "M4 2h5l3 3v9H4zM9 2v3h3",
  image: "M2.5 3.500h11v9h-11zM2.5 10.5 6 7.500l3 3 2-1.5 2.5 2M10.5 6h.01",
  play: "M5.5 4 12 8l-6.5 4z",
  bolt: "M9 1.5 3.5 9H8l-1 5.500L12.5 7H8z",
  warn: "M8 2.5 14.5 13h-13zM8 6.500v3M8 11.200h.01",
  link: "M6.5 9.500l3-3M7 4.5 8.5 3a3 3 0 0 1 4.300 4.300L11.300 8.800M9 11.5 7.5 13a3 3 0 0 1-4.300-4.300L4.700 7.2",
};

/** An inline drawing of 16 by 16 units in the colour of the text. */
export function icon(name, size = 16) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const attributes = {
    viewBox: "0 0 16 16",
    width: size,
    height: size,
    fill: "none",
    "aria-hidden": "true",
    stroke: "currentColor",
    "stroke-width": name === "more" ? 2.2 : 1.4,
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    class: "icon",
  };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, String(value));
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", PATHS[name] || PATHS.file);
  svg.append(path);
  return svg;
}
