import { load, save } from "./store.js";

const PREFIX = "draft:";

// Hidden fields are kept only where they say so, such as the number of the draft on the server.
const LEFT = "[type=hidden]:not([data-kept]), [type=password], [type=file], button";

/** What was typed, by field name; never secrets, files or hidden fields. */
function typed(form) {
  const kept = {};
  for (const field of form.elements) {
    if (!field.name || field.matches(LEFT)) continue;
    if (field.matches("[type=checkbox], [type=radio]")) {
      if (field.checked) (kept[field.name] ??= []).push(field.value);
    } else if (field.value) (kept[field.name] ??= []).push(field.value);
  }
  return kept;
}

/** Put kept values back. */
function fill(form, kept) {
  for (const field of form.elements) {
    const values = kept[field.name];
    if (!values || field.matches(LEFT)) continue;
    if (field.matches("[type=checkbox], [type=radio]")) field.checked = values.includes(field.value);
    else field.value = values.shift() ?? field.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** Forget the drafts that were sent, unless a page answers that says nothing was stored, or that form again. */
function forgetSent(here) {
  const sent = load("drafts-sent");
  if (!sent) return;
  save("drafts-sent", null);
  if (sent !== here && !document.querySelector("[data-keep-drafts]")) save(PREFIX + sent, null);
}

/**
 * form[data-draft="key"] survives the end of a session: what was typed is kept in this browser until it was sent, or
 * until the form hears "draft:kept" because the server has it. A copy comes back into an empty form, or into one that
 * says data-fresh. An element [data-draft-note] (hidden) inside the form is shown then; [data-draft-drop] drops it.
 */
export function drafts() {
  const form = document.querySelector("form[data-draft]");
  const key = form?.dataset.draft;
  forgetSent(key);
  if (!form) return;
  const forget = () => save(PREFIX + key, null);
  form.addEventListener("input", () => save(PREFIX + key, JSON.stringify(typed(form))));
  form.addEventListener("draft:kept", forget);
  form.addEventListener("submit", () => save("drafts-sent", key));
  form.addEventListener("click", (event) => {
    if (!event.target.closest("[data-draft-drop]")) return;
    forget();
    form.reset();
    form.querySelector("[data-draft-note]")?.setAttribute("hidden", "");
  });
  const kept = load(PREFIX + key);
  const fresh = form.hasAttribute("data-fresh") || !Object.keys(typed(form)).length;
  if (!kept || !fresh || form.querySelector("[aria-invalid=true]")) return;
  // By then htmx listens too, and looks for similar ones.
  addEventListener("load", () => {
    fill(form, JSON.parse(kept));
    form.querySelector("[data-draft-note]")?.removeAttribute("hidden");
  });
}
