// Keys for the desk. Whatever carries data-key is pressed by that key: a button or a link is clicked, a summary opens
// and leads to its first field. On a list j and k walk, Enter opens, c claims, s chooses. They can be turned off, do
// nothing while somebody types, and leave every key with Ctrl, Alt or Meta to the browser.

const OFF = "keys=off";
const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const dialog = document.querySelector("#keys");
const button = document.querySelector("[data-keys]");
const toggle = document.querySelector("[data-keys-on]");

function areOn() {
  return !document.cookie.split("; ").includes(OFF);
}

function mark(on) {
  for (const it of document.querySelectorAll("[data-key]")) {
    if (on) it.setAttribute("aria-keyshortcuts", it.dataset.key);
    else it.removeAttribute("aria-keyshortcuts");
  }
}

function press(it) {
  if (it.tagName !== "SUMMARY") return it.click();
  it.parentElement.open = true;
  const first = it.parentElement.querySelector("textarea, select, input:not([type=hidden]), button:not(.unseen)");
  (first ?? it).focus();
}

const cases = () => [...document.querySelectorAll("[data-case]")];
const current = () => document.activeElement?.closest("[data-case]");
const linkOf = (item) => item.querySelector(".case-link");

function walk(step) {
  const all = cases();
  if (!all.length) return;
  const here = all.indexOf(current());
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1);
  linkOf(all[next]).focus();
  all[next].scrollIntoView({ block: "nearest" });
}

function act(key) {
  const item = current();
  if (cases().length) {
    if (key === "j" || key === "ArrowDown") return walk(1), true;
    if (key === "k" || key === "ArrowUp") return walk(-1), true;
    if (key === "c" && item) return item.querySelector("[data-claim]")?.click(), true;
    if (key === "s" && item) return item.querySelector(".case-pick input")?.click(), true;
    if (key === "Enter" && item && document.activeElement === item) return linkOf(item).click(), true;
  }
  const it = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((one) => one.checkVisibility());
  if (it) press(it);
  return Boolean(it);
}

if (dialog && button) {
  const show = () => {
    toggle.checked = areOn();
    dialog.showModal();
  };
  button.hidden = false;
  button.addEventListener("click", show);
  mark(areOn());
  toggle.addEventListener("change", () => {
    document.cookie = `${OFF}; path=/manage; SameSite=Lax; max-age=${toggle.checked ? 0 : 365 * 86_400}`;
    mark(toggle.checked);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat && !/^(j|k|Arrow)/.test(event.key)) return;
    if (dialog.open || !toggle.checked || !areOn() || event.target.closest?.(FIELDS)) return;
    // Arrows walk the list only from within it: elsewhere they scroll the page.
    if (event.key.startsWith("Arrow") && !current()) return;
    if (event.key === "?") {
      event.preventDefault();
      return show();
    }
    // A Cyrillic layout sends another letter from the same key.
    const key = /^Key[A-Z]$/.test(event.code) && !/^[a-z]$/i.test(event.key) ? event.code.slice(3).toLowerCase() : event.key;
    if (event.shiftKey && key !== "?") return;
    if (act(key)) event.preventDefault();
  });
}
