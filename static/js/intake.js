const PAUSE = 1500;

/** Open the questions of the kind that was chosen. */
function openQuestions(form) {
  form.addEventListener("change", ({ target }) => {
    if (target.name !== "kind") return;
    const asked = form.querySelector(`details[data-kind="${CSS.escape(target.value)}"]`);
    if (asked) asked.open = true;
  });
}

/** What a draft keeps; files go with the form itself. */
function typed(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  return data;
}

/**
 * form[data-autosave="address"] is kept as a draft while one types; its field `draft` takes the number, and
 * [data-autosave-said] says when, or data-lost / data-failed why not.
 */
function autosave(form) {
  const said = form.querySelector("[data-autosave-said]");
  let timer, running, again, sent, touched;
  const tell = (text, lost = false) => {
    said.textContent = text;
    said.classList.toggle("lost", lost);
  };
  const keep = async () => {
    if (running) {
      again = true;
      return;
    }
    running = new AbortController();
    touched = false;
    try {
      const headers = { Accept: "application/json" };
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: typed(form), headers, signal: running.signal });
      if (answer.ok) {
        const kept = await answer.json();
        if (kept.draft) form.elements.draft.value = kept.draft;
        tell(kept.said);
        if (kept.draft && !touched) form.dispatchEvent(new CustomEvent("draft:kept"));
      } else tell(answer.status === 401 ? form.dataset.lost : form.dataset.failed, true);
    } catch {
      if (!sent) tell(form.dataset.failed, true);
    }
    running = undefined;
    if (again && !sent) later();
    again = false;
  };
  const later = () => {
    touched = true;
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  };
  form.addEventListener("input", ({ target }) => target.type !== "file" && later());
  // What is sent now must not come back as a draft.
  form.addEventListener("submit", () => {
    sent = true;
    clearTimeout(timer);
    running?.abort();
  });
  addEventListener("pageshow", () => (sent = false));
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-draft-drop]")) form.elements.draft.value = "";
  });
}

/** The form to submit or edit a requirement. */
export function intake() {
  const form = document.querySelector("form:has(.kinds)");
  if (form) openQuestions(form);
  if (form?.dataset.autosave) autosave(form);
}
