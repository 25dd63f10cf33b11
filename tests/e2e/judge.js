// What axe finds wrong with an open page in one scheme. `known` are the kinds of text whose contrast
// it passed before, one word each: contrast takes most of axe's time.
async ([scheme, rules, known]) => {
  const root = document.documentElement;
  // The page's own script follows the scheme when the next frame is drawn.
  for (let frames = 0; root.dataset.bsTheme !== scheme; frames += 1) {
    if (frames === 600) throw new Error(`the page stays ${root.dataset.bsTheme} where ${scheme} is asked for`);
    await new Promise(requestAnimationFrame);
  }
  const STYLES = ["color", "backgroundColor", "backgroundImage", "opacity", "fontSize", "fontWeight",
    "textShadow", "filter", "mixBlendMode", "position", "visibility", "display", "clip", "clipPath", "zIndex"];
  const JUDGED = "data-judged";

  /** A short name of what has these properties. */
  function hash(parts) {
    const text = parts.join("|");
    let [high, low] = [0xdeadbeef, 0x41c6ce57];
    for (let place = 0; place < text.length; place += 1) {
      const code = text.charCodeAt(place);
      high = Math.imul(high ^ code, 2654435761);
      low = Math.imul(low ^ code, 1597334677);
    }
    high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
    low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
    return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36);
  }

  function within(box, other) {
    return box.left >= other.left && box.right <= other.right && box.top >= other.top && box.bottom <= other.bottom;
  }

  function meet(box, other) {
    return box.left < other.right - 1 && other.left < box.right - 1
      && box.top < other.bottom - 1 && other.top < box.bottom - 1;
  }

  // What is seen, with the kind that its styles, and all those around it, make of it.
  const places = [];
  function walk(element, above, around) {
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data.trim());
    if (element.matches("input, textarea")) own.push(element.value, element.placeholder);
    if (element.matches("select")) own.push(element.textContent.trim());
    const written = own.join("").length;
    const seen = style.display === "contents" || element.checkVisibility({visibilityProperty: true});
    const off = element.matches(":disabled, [aria-disabled]") || element.control?.matches(":disabled");
    const kind = hash([above, element.tagName, ...STYLES.map((name) => style[name]), Math.min(written, 2),
      box.width > 0, box.height > 0, seen, off, within(box, around)]);
    const paints = style.backgroundColor !== "rgba(0, 0, 0, 0)" || style.backgroundImage !== "none"
      || element.matches("img, svg, canvas, video");
    if (seen) places.push({element, box, kind, written, paints});
    for (const child of element.children) walk(child, kind, box);
  }

  /** What a text crosses that is neither around it nor in it: it may lie behind the text, or before it. */
  function crossed({element, box}) {
    const apart = (other) => !other.element.contains(element) && !element.contains(other.element);
    return places.filter((other) => other.paints && meet(box, other.box) && apart(other))
      .map((other) => other.kind + within(box, other.box)).sort();
  }

  // Text in the same styles all the way up to the page has the same contrast, on whatever page: of
  // each kind the first and the last are judged, until axe passed both.
  const kinds = new Map();
  walk(root, "", root.getBoundingClientRect());
  for (const text of places.filter(({written}) => written > 0)) {
    const kind = hash([text.kind, ...crossed(text)]);
    kinds.set(kind, [...(kinds.get(kind) ?? [text.element]).slice(0, 1), text.element]);
  }
  const before = new Set(known.split(" "));
  const fresh = [...kinds].filter(([kind]) => !before.has(kind));
  for (const element of document.querySelectorAll(`[${JUDGED}]`)) element.removeAttribute(JUDGED);
  for (const [, ends] of fresh) for (const element of ends) element.setAttribute(JUDGED, "");
  axe.configure({rules: [{id: "color-contrast", selector: `[${JUDGED}]`}]});
  axe.addReporter("whole", (results, _options, tell) => tell(results));
  const results = await axe.run({...rules, reporter: "whole"});
  const faults = results.filter(({violations}) => violations.length > 0)
    .map(({id, violations}) => `${id}: ${violations[0].node.source}`);
  if (root.scrollWidth > innerWidth) faults.push("scrolls sideways");
  const legible = new Set(results.find(({id}) => id === "color-contrast").passes.map(({node}) => node.element));
  const passed = fresh.filter(([, ends]) => ends.every((end) => legible.has(end)));
  return {faults, passed: passed.map(([kind]) => kind)};
}
