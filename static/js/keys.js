import { load, save } from "./store.js";

const seen = (element) => element.checkVisibility();
const typing = (target) =>
  target.isContentEditable || target.matches("textarea, select, input:not([type=radio], [type=checkbox], [type=button], [type=submit])");

/** Put the cursor into the search, opening the menu that holds it on a small screen. */
function find() {
  const fields = [...document.querySelectorAll("[data-find]")];
  let field = fields.find(seen);
  if (!field && fields.length) {
    field = fields.find((one) => one.closest("details.menu"));
    field?.closest("details").setAttribute("open", "");
  }
  field?.focus();
  field?.select();
  return Boolean(field);
}

/** Send the form one is in, else the page's main form. */
function send(target) {
  const form = target.closest("form") ?? document.querySelector("form[data-main]");
  form?.requestSubmit();
  return Boolean(form);
}

/** Do what the element with that data-key is for: follow a link, press a button, choose an option, enter a field. */
function act(key) {
  const element = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(
    (one) => !one.disabled && seen(one),
  );
  if (!element) return false;
  element.focus();
  if (element.matches("a, button, summary, input[type=radio], input[type=checkbox]")) element.click();
  return true;
}

/** Ctrl/Cmd-K search, Ctrl/Cmd-Enter send, and single letters declared by data-key; letters can be switched off. */
export function keys() {
  const mark = () => {
    for (const button of document.querySelectorAll("[data-keys-toggle]")) {
      button.setAttribute("aria-pressed", String(load("keys") !== "off"));
    }
  };
  mark();
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-keys-toggle]")) return;
    save("keys", load("keys") === "off" ? null : "off");
    mark();
  });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const command = event.ctrlKey || event.metaKey;
    let done = false;
    if (command && !event.altKey && event.key.toLowerCase() === "k") done = find();
    else if (command && event.key === "Enter") done = send(event.target);
    else if (!command && !event.altKey && !event.repeat && !typing(event.target) && load("keys") !== "off") {
      done = event.key === "/" ? find() : event.key.length === 1 && act(event.key.toLowerCase());
    }
    if (done) event.preventDefault();
  });
}
