/** A list of suggestions below an input that names an address in `data-complete`; arrows choose, Enter or Tab takes, Escape closes. */
export function completion() {
  for (const input of document.querySelectorAll("input[data-complete]")) attach(input);
}

function attach(input) {
  const list = document.createElement("ul");
  list.className = "complete";
  list.id = `${input.id}-complete`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.completeLabel);
  input.parentElement.append(list);
  const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [name, value] of Object.entries(roles)) input.setAttribute(name, value);

  let found = null, active = -1, timer = 0, asked = 0;

  function close() {
    asked++;
    clearTimeout(timer);
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  /** Arrows choose among what is shown: an answer on its way must not replace it. */
  function move(index) {
    asked++;
    clearTimeout(timer);
    choose(index);
  }
  function choose(index) {
    active = index;
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === active)));
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", list.children[active].id);
  }
  function take(index) {
    const text = found.options[index].text;
    const more = /[:=<>]$/.test(text);
    // The server counts characters, the browser UTF-16 units.
    const signs = [...input.value];
    const before = signs.slice(0, found.start).join("") + text;
    // What was typed since the offers came stands between their start and their end.
    input.value = before + signs.slice(found.end + signs.length - found.of).join("");
    const at = before.length;
    input.setSelectionRange(at, at);
    close();
    if (more) ask();
  }
  function show(answer) {
    found = answer;
    list.replaceChildren(...answer.options.map((option, place) => {
      const item = document.createElement("li");
      const meaning = document.createElement("span");
      item.id = `${list.id}-${place}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.append(option.text, meaning);
      meaning.textContent = option.label;
      item.addEventListener("mousedown", (event) => { event.preventDefault(); take(place); });
      return item;
    }));
    list.hidden = answer.options.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    choose(-1);
  }
  async function ask() {
    const turn = ++asked;
    const at = [...input.value.slice(0, input.selectionStart ?? undefined)].length;
    const of = [...input.value].length;
    const words = new URLSearchParams({ q: input.value, at });
    try {
      const answer = await fetch(`${input.dataset.complete}?${words}`, { headers: { Accept: "application/json" } });
      const heard = answer.ok && { ...(await answer.json()), of };
      if (heard && turn === asked && document.activeElement === input) show(heard);
    } catch {
      close(); // without an answer the filter is typed as it always was
    }
  }

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && list.hidden) ask();
    else if (list.hidden || event.isComposing) return;
    else if (event.key === "ArrowDown") move((active + 1) % list.children.length);
    else if (event.key === "ArrowUp") move((active <= 0 ? list.children.length : active) - 1);
    else if ((event.key === "Enter" || event.key === "Tab") && active >= 0) take(active);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
