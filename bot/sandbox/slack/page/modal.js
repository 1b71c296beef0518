// Modals: the stack of views that an app opened for this person.
// The one rule: only the server's stack decides what is open; the page asks to close and waits to see it.

import { freshId, h } from "./dom.js";
import { icon } from "./icons.js";
import { avatar } from "./author.js";
import { returnFocus, trap } from "./dialog.js";
import { textInline } from "./blocks/text.js";
import { holders } from "./inputs.js";
import { patchBlocks, viewSurface } from "./surface.js";

function focusWithin(box, view) {
  const wanted = holders(view.blocks).find(({ element }) => element.focus_on_load);
  const first = wanted
    ? box.querySelector(`[data-focus-key^="${CSS.escape(`${view.id} ${wanted.block.block_id} `)}"]`)
    : null;
  const field = first || box.querySelector(".modal-body .field, .modal-body .select, .modal-body input");
  (field || box).focus({ preventScroll: Boolean(field) });
}

function onKey(event, own, controller) {
  if (event.key === "Escape") {
    event.stopPropagation();
    controller.closeView(own.view, false);
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && own.view.submit) {
    event.preventDefault();
    controller.submit(own.view);
  }
}

function headTool(label, name, testid, click) {
  const words = { "aria-label": label, "data-testid": testid };
  return h("button", { type: "button", class: "tool", ...words, on: { click } }, icon(name));
}

/** Builds the frame of the modal once; `fill` puts a view into it. */
function buildBox(own, controller) {
  const title = freshId("modal");
  own.titleNode = h("h2", { class: "dialog-title", id: title, dir: "auto" });
  own.back = headTool("Back", "back", "modal-back", () => controller.closeView(own.view, false));
  // The cross closes the whole stack, as in Slack; Cancel and Esc only the view on top.
  const close = headTool("Close", "close", "modal-close", () => controller.closeView(own.view, own.count > 1));
  const picture = avatar("app", controller.state.world.app.name, true, 24);
  const head = h("div", { class: "dialog-head" }, own.back, picture, own.titleNode, close);
  own.body = h("div", { class: "modal-body dialog-body" });
  own.foot = h("div", { class: "dialog-foot" });
  own.trouble = h("div", { class: "modal-trouble", role: "alert" });
  const roles = {
    role: "dialog",
    "aria-modal": "true",
    "aria-labelledby": title,
    tabindex: "-1",
    "data-testid": "modal",
  };
  own.box = h("div", { class: "dialog modal", ...roles }, head, own.body, own.trouble, own.foot);
  trap(own.box);
  own.box.addEventListener("keydown", (event) => onKey(event, own, controller));
  own.overlay = h("div", { class: "overlay" }, own.box);
}

function fillFoot(own, controller) {
  const { view } = own;
  const busy = controller.state.submitting.has(view.id);
  const mark = JSON.stringify([view.id, view.submit, view.close, busy, view.hash]);
  if (own.foot.pageSig === mark) return;
  own.foot.pageSig = mark;
  const hadFocus = own.foot.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
  const env = controller.env();
  own.foot.replaceChildren(
    h(
      "button",
      {
        type: "button",
        class: "button",
        "data-testid": "modal-cancel",
        on: { click: () => controller.closeView(own.view, false) },
      },
      view.close ? textInline(view.close, env) : view.submit ? "Cancel" : "Close",
    ),
  );
  if (view.submit) {
    own.foot.append(
      h(
        "button",
        {
          type: "button",
          class: busy ? "button button-primary solid working" : "button button-primary solid",
          "aria-busy": busy ? "true" : undefined,
          "data-testid": "modal-submit",
          on: { click: () => controller.submit(own.view) },
        },
        busy ? h("span", { class: "spinner" }) : null,
        textInline(view.submit, env),
      ),
    );
  }
  if (hadFocus) (own.foot.querySelector(`[data-testid="${hadFocus}"]`) || own.box).focus();
}

function fill(own, controller) {
  const { view } = own;
  const env = controller.env();
  own.box.dataset.viewId = view.id;
  own.box.dataset.callbackId = view.callback_id || "";
  own.titleNode.replaceChildren(
    ...textInline(view.title, env).map((one) => (one instanceof Node ? one : document.createTextNode(one))),
  );
  own.back.hidden = own.count < 2;
  patchBlocks(own.body, controller, viewSurface(view), {
    errors: controller.state.errors.get(view.id),
    submit: view.submit ? () => controller.submit(own.view) : undefined,
  });
  fillFoot(own, controller);
}

/** Shows an error that has no field in the view, so it is not lost. */
function fillTrouble(own, controller) {
  const errors = controller.state.errors.get(own.view.id) || {};
  const known = new Set((own.view.blocks || []).map((block) => block.block_id));
  const lost = Object.entries(errors)
    .filter(([block]) => !known.has(block))
    .map(([block, text]) => `${block}: ${text}`)
    .join(" ");
  if (own.trouble.textContent !== lost) own.trouble.textContent = lost;
}

function focusFirstError(own, controller) {
  const errors = controller.state.errors.get(own.view.id);
  if (!errors || errors === own.errorsShown) return;
  own.errorsShown = errors;
  const wrong = own.body.querySelector(".wrong");
  const field = wrong && wrong.querySelector(".field, .select, input");
  if (field && !wrong.contains(document.activeElement)) field.focus();
}

export const createModal = () => ({ view: null, count: 0, before: null, overlay: null });

export function showModal(own, controller, layer) {
  const { views } = controller.state.screen;
  const view = views[views.length - 1] || null;
  if (!view) {
    if (!own.overlay) return;
    own.overlay.remove();
    Object.assign(own, { overlay: null, view: null });
    returnFocus(own.before);
    return;
  }
  const fresh = !own.view || own.view.id !== view.id;
  const bare = own.overlay && (document.activeElement === own.box || document.activeElement === document.body);
  Object.assign(own, { view, count: views.length });
  if (!own.overlay) {
    own.before = document.activeElement === document.body ? null : document.activeElement;
    buildBox(own, controller);
    layer.append(own.overlay);
  }
  if (fresh) own.body.replaceChildren();
  fill(own, controller);
  fillTrouble(own, controller);
  // A loading view has nothing to type in; when the form arrives the keyboard goes to its first field.
  if (fresh || bare) focusWithin(own.box, view);
  focusFirstError(own, controller);
}
