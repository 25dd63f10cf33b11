import { showTab } from "./tabs.js";

// An open page that shows verdicts shows them anew when they have changed. With a second between two
// looks and the page read once more, it is right within two.
const EVERY = 1000;

/** Whether somebody is in the middle of something that loading anew would lose. */
function busy() {
  if (document.querySelector("dialog[open], details.drop[open]")) return true;
  if (document.activeElement?.matches("#main *")) return true;
  return [...document.querySelectorAll("#main input, #main textarea")].some(
    (field) => field.type !== "hidden" && field.value !== field.defaultValue,
  );
}

/** The words of a page's content, without the time of judging and without the note itself. */
function words(page) {
  const main = page.getElementById("main").cloneNode(true);
  main.querySelectorAll("[data-live], script").forEach((one) => one.remove());
  return main.textContent.replace(/\d{1,2}:\d{2}/g, "").replace(/\s+/g, " ");
}

/** Put what a page says now in place of what it said; nobody is taken elsewhere, or back. */
function show(page) {
  const before = document.getElementById("main");
  const held = document.activeElement === before;
  const now = document.adoptNode(page.getElementById("main"));
  document.title = page.title;
  before.replaceWith(now);
  if (held) now.focus({ preventScroll: true });
  showTab();
}

async function look() {
  const place = document.querySelector("[data-live]");
  if (document.hidden || !place) return;
  const answer = await fetch(place.dataset.live, { headers: { Accept: "text/plain" } });
  const mark = answer.ok && !answer.redirected ? await answer.text() : place.dataset.mark;
  if (mark === place.dataset.mark) return;
  const fresh = await fetch(location.href);
  if (!fresh.ok || fresh.redirected) return;
  const page = new DOMParser().parseFromString(await fresh.text(), "text/html");
  if (words(page) === words(document)) place.dataset.mark = mark;
  else if (busy()) place.hidden = false;
  else show(page);
}

export function live() {
  if (!document.querySelector("[data-live]")) return;
  let looking = false;
  const again = async () => {
    if (looking) return;
    looking = true;
    try {
      await look();
    } catch {
      // The server is away for a moment: the next look says more.
    } finally {
      looking = false;
    }
  };
  setInterval(again, EVERY);
  // A page nobody sees does not ask; what comes to the front asks at once.
  document.addEventListener("visibilitychange", again);
}
