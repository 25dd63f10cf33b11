/** Copy, or where the browser forbids it (a page without https) select the text so that Ctrl-C does. */
async function copy(text, source) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (source) getSelection().selectAllChildren(source);
    return false;
  }
}

/** button[data-copy="#id"] copies that element's text (or value); data-done is the word shown afterwards. */
export function copyButtons() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.querySelector(button.dataset.copy);
    if (!source || !(await copy(source.value ?? source.textContent.trim(), source))) return;
    const words = button.querySelector("[data-label]") ?? button;
    const before = words.textContent;
    words.textContent = button.dataset.done ?? before;
    setTimeout(() => (words.textContent = before), 2000);
  });
}
