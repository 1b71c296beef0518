// Building and patching the DOM.
// The one rule: text only ever becomes a text node or an attribute, never markup, so nothing anyone writes can run.

const SAFE_LINK = /^(https?:|mailto:|tel:|#|\/(?!\/))/i;
const AS_PROPERTY = new Set(["value", "checked", "disabled", "hidden", "indeterminate", "tabIndex", "readOnly"]);

/** True for addresses that a link may carry: web, mail, telephone, or a place on this page. */
export function isSafeLink(url) {
  return typeof url === "string" && SAFE_LINK.test(url.trim());
}

function setAttribute(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name === "on") {
    for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
  } else if (name === "style") {
    // Through the object model: a style attribute in markup would be refused by the content security policy.
    for (const [key, text] of Object.entries(value)) node.style.setProperty(key, text);
  } else if (AS_PROPERTY.has(name)) {
    node[name] = value;
  } else if (name === "href" && !isSafeLink(value)) {
    node.setAttribute("data-refused-link", "true");
  } else {
    node.setAttribute(name, value === true ? "" : String(value));
  }
}

function append(node, child) {
  if (child === null || child === undefined || child === false || child === "") return;
  if (Array.isArray(child)) child.forEach((one) => append(node, one));
  else node.append(child instanceof Node ? child : document.createTextNode(String(child)));
}

/** h("p", {class: "x", on: {click}}, "text", otherNode, [more]) makes one element. */
export function h(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) setAttribute(node, name, value);
  append(node, children);
  return node;
}

export function clear(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

function sameElement(fresh, mark) {
  const all = [...fresh.querySelectorAll("[data-focus-key]")];
  const byKey = all.find((node) => node.dataset.focusKey === mark.key);
  if (byKey) return byKey;
  // Apps give a block a new block_id on update; the action_id is then what stays.
  return mark.action ? all.find((node) => node.dataset.actionId === mark.action) : undefined;
}

/** Runs swap(), which replaces `root` and returns its successor, and keeps the keyboard where it was. */
export function keepFocus(root, swap) {
  const active = document.activeElement;
  if (!active || active === document.body || !root.contains(active)) return swap();
  const mark = { key: active.dataset.focusKey, action: active.dataset.actionId };
  const caret = typeof active.selectionStart === "number" ? [active.selectionStart, active.selectionEnd] : null;
  const wasRoot = active === root;
  const fresh = swap();
  let target = wasRoot ? fresh : mark.key && sameElement(fresh, mark);
  if (!target) target = fresh.hasAttribute("tabindex") ? fresh : fresh.closest("[tabindex]");
  if (target && target !== document.activeElement) target.focus({ preventScroll: true });
  if (target && caret && typeof target.selectionStart === "number") target.setSelectionRange(...caret);
  return fresh;
}

/**
 * Makes the children of `parent` match `items`, redrawing only those whose signature changed.
 * key(item) and sig(item) give strings, draw(item) an element.
 */
export function keyed(parent, items, { key, sig, draw }) {
  const old = new Map([...parent.children].map((node) => [node.pageKey, node]));
  let cursor = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    const mark = sig(item);
    let node = old.get(name);
    if (!node || node.pageSig !== mark) {
      const fresh = Object.assign(draw(item), { pageKey: name, pageSig: mark });
      if (node) {
        const before = node;
        keepFocus(before, () => {
          before.replaceWith(fresh);
          return fresh;
        });
        if (cursor === before) cursor = fresh;
      }
      node = fresh;
    }
    if (node === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(node, cursor);
    old.delete(name);
  }
  for (const node of old.values()) node.remove();
}

/** Redraws the content of `node` when `mark` differs from the last time. */
export function redraw(node, mark, draw) {
  if (node.pageSig === mark) return;
  node.pageSig = mark;
  keepFocus(node, () => {
    clear(node, draw());
    return node;
  });
}

let counter = 0;
/** An id for label and aria attributes, unique on the page. */
export function freshId(stem) {
  counter += 1;
  return `${stem}-${counter}`;
}
