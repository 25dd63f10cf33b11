// An open page that shows verdicts loads itself again when what it shows has changed. With a second
// between two looks, and the page read once to compare and once to show, it is right within two.
const EVERY = 1000;
// How long a way out of the page may take; a download leaves no page, so looks go on after that.
const LEAVING = 5000;
let left = -LEAVING;

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

async function look(place) {
  if (document.hidden) return;
  const answer = await fetch(place.dataset.live, { headers: { Accept: "text/plain" } });
  const mark = answer.ok && !answer.redirected ? await answer.text() : place.dataset.mark;
  if (mark === place.dataset.mark) return;
  const fresh = await fetch(location.href);
  if (!fresh.ok || fresh.redirected) return;
  const page = new DOMParser().parseFromString(await fresh.text(), "text/html");
  // Loading anew now would take somebody back who has just clicked a link.
  if (performance.now() - left < LEAVING) return;
  if (words(page) === words(document)) place.dataset.mark = mark;
  else if (busy()) place.hidden = false;
  else location.reload();
}

export function live() {
  const place = document.querySelector("[data-live]");
  if (!place) return;
  let looking = false;
  const again = async () => {
    if (looking) return;
    looking = true;
    try {
      await look(place);
    } catch {
      // The server is away for a moment: the next look says more.
    } finally {
      looking = false;
    }
  };
  addEventListener("beforeunload", () => {
    left = performance.now();
  });
  setInterval(again, EVERY);
  // A page nobody sees does not ask; what comes to the front asks at once.
  document.addEventListener("visibilitychange", again);
}
