const BEFORE = /(?:^|[\s(])@([\p{L}\p{N}][\p{L}\p{N}_.+' -]{0,40})$/u;

/** What is typed after the last @ before the cursor, and where it starts; null if nothing is. */
function typing(area) {
  const found = BEFORE.exec(area.value.slice(0, area.selectionStart));
  if (!found || found[1].split(" ").length > 2) return null;
  return { text: found[1], start: area.selectionStart - found[1].length - 1 };
}

/** Offer people below one text while a mention is typed. */
function offer(area) {
  const list = document.createElement("ul");
  list.className = "offers";
  list.id = `${area.id}-people`;
  list.role = "listbox";
  list.ariaLabel = area.dataset.mentionsLabel;
  list.hidden = true;
  const told = document.createElement("p");
  told.className = "vh";
  told.role = "status";
  area.after(list, told);
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-controls", list.id);
  let chosen = -1;
  let asked = "";

  const close = () => {
    list.hidden = true;
    asked = "";
    told.textContent = "";
    area.removeAttribute("aria-activedescendant");
  };
  const mark = (place) => {
    chosen = (place + list.children.length) % list.children.length;
    [...list.children].forEach((one, at) => one.setAttribute("aria-selected", String(at === chosen)));
    area.setAttribute("aria-activedescendant", list.children[chosen].id);
    list.children[chosen].scrollIntoView({ block: "nearest" });
  };
  const take = (option) => {
    const at = typing(area);
    if (at) area.setRangeText(`${option.dataset.handle} `, at.start, area.selectionStart, "end");
    close();
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const look = async () => {
    const at = typing(area);
    if (!at) return close();
    if (at.text === asked) return;
    asked = at.text;
    const answer = await fetch(`${area.dataset.mentions}?q=${encodeURIComponent(at.text)}`, { headers: { "X-Fragment": "1" } });
    if (!answer.ok || asked !== at.text) return;
    list.innerHTML = await answer.text();
    list.hidden = !list.children.length;
    told.textContent = [...list.children].map((one) => one.textContent.trim()).join("; ");
    if (list.hidden) area.removeAttribute("aria-activedescendant");
    else mark(0);
  };

  let timer;
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 120);
  });
  area.addEventListener("blur", () => setTimeout(close, 150));
  area.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") mark(chosen + 1);
    else if (event.key === "ArrowUp") mark(chosen - 1);
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") take(list.children[chosen]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
}

/** textarea[data-mentions="/mentions"] completes @names; the plain text works without. */
export function mentions() {
  for (const area of document.querySelectorAll("textarea[data-mentions]")) offer(area);
}
