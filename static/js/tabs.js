/** Bring the open tab into view where a narrow screen cuts the row of tabs. */
export function showTab() {
  document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}
