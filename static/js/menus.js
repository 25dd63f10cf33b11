/** details.menu and details.drop close on Escape, on a click elsewhere, and when the focus leaves them. */
export function menus() {
  const open = () => document.querySelectorAll("details.menu[open], details.drop[open]");
  const closeBut = (target) => {
    for (const menu of open()) if (!menu.contains(target)) menu.open = false;
  };
  document.addEventListener("click", (event) => closeBut(event.target));
  document.addEventListener("focusin", (event) => closeBut(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      const held = menu.contains(document.activeElement);
      menu.open = false;
      if (held) menu.querySelector("summary").focus();
    }
  });
}
