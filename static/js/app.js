// What makes the pages quicker to use. Every page works without it.
import { completion } from "./complete.js";
import { copyButtons } from "./copy.js";
import { drafts } from "./drafts.js";
import { focus } from "./focus.js";
import { forms } from "./forms.js";
import { intake } from "./intake.js";
import { keys } from "./keys.js";
import { live } from "./live.js";
import { mentions } from "./mentions.js";
import { menus } from "./menus.js";
import { showTab } from "./tabs.js";
import { themeToggle } from "./toggle.js";

themeToggle();
menus();
keys();
forms();
intake();
drafts();
completion();
copyButtons();
mentions();
live();
focus();

showTab();
document.addEventListener("click", (event) => event.target.closest("[data-print]") && print());
