// Where the cursor is after a page answered a form or a part of it was replaced: never lost.
const SENT = "sent-from";

function keep(text) {
  try {
    sessionStorage.setItem(SENT, text);
  } catch {
    // Then the next page begins at its top, as every page does.
  }
}

/** Which field a form was sent from, "" if it has no name, null if no form was sent; asked once. */
function sentFrom() {
  try {
    const text = sessionStorage.getItem(SENT);
    sessionStorage.removeItem(SENT);
    return text;
  } catch {
    return null;
  }
}

/** Put the cursor on something that is no field. */
function stand(element) {
  if (element.tabIndex < 0) element.tabIndex = -1;
  element.focus();
}

/** A link that names a field, as one in a mail does, puts the cursor there. */
function aim() {
  const named = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!named || document.activeElement !== document.body) return;
  const fields = "input:not([type=hidden]), select, textarea";
  (named.matches(fields) ? named : named.matches("fieldset") && named.querySelector(fields))?.focus?.();
}

/** Put the cursor where the answer begins: errors, the part the address names, a message, the same field, the content. */
function land() {
  const from = sentFrom();
  const errors = document.querySelector(".errors");
  if (errors) return errors.focus();
  if (from === null) return aim();
  if (document.activeElement !== document.body) return;
  const named = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const messages = document.getElementById("messages");
  const field = from && matchMedia("(pointer: fine)").matches && document.getElementById(from);
  if (named) stand(named);
  else if (messages?.childElementCount) stand(messages);
  else if (field && field.checkVisibility()) {
    field.focus();
    if (field.matches("[type=text], [type=search]")) field.setSelectionRange(field.value.length, field.value.length);
  } else stand(document.getElementById("main"));
}

/** The cursor stays near when a row of a list is replaced under it. */
function rows() {
  let held;
  document.addEventListener("htmx:before:swap", () => (held = document.activeElement?.closest("tr[id]")?.id));
  document.addEventListener("htmx:after:swap", () => {
    const row = held && document.activeElement === document.body && document.getElementById(held);
    if (row) (row.querySelector("[autofocus], .rowedit") ?? row.querySelector("a, button, input"))?.focus();
    held = undefined;
  });
}

export function focus() {
  addEventListener("submit", (event) => event.defaultPrevented || keep(document.activeElement?.id ?? ""));
  land();
  rows();
}
