/** Forms that warn before typed text is lost, are sent once, ask before they destroy, and send themselves on a choice. */
export function forms() {
  let leaving = false;
  const dirty = new Set();

  document.addEventListener("input", (event) => {
    const { target } = event;
    const form = target.closest("form[data-guard]");
    if (form) dirty.add(form);
    if (target.matches(".ed")) target.classList.toggle("chg", target.value !== target.defaultValue);
  });
  document.addEventListener("change", (event) => {
    const { target } = event;
    if (target.matches("[data-auto]")) target.form.requestSubmit();
    if (target.matches("[data-pick-all]")) {
      for (const box of target.closest("table").querySelectorAll("tbody .pick")) box.checked = target.checked;
    }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (question && !confirm(question)) {
      event.preventDefault();
      return;
    }
    if (form.method === "post" && form.dataset.sent && !isHtmx(form)) {
      event.preventDefault(); // a second click while the first is on its way
      return;
    }
    form.dataset.sent = "1";
    dirty.delete(form);
    leaving = true;
  });
  addEventListener("pageshow", () => {
    leaving = false;
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
  addEventListener("beforeunload", (event) => {
    if (!leaving && [...dirty].some((form) => form.isConnected)) event.preventDefault();
  });
}

const isHtmx = (form) => form.getAttributeNames().some((name) => name.startsWith("hx-"));
