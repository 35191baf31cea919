// The list refreshes itself while it is looked at: it asks whether anything changed, and only then for the cases. Cards
// are matched by their case, so that the focus, what is chosen and the place on the screen stay. It asks more and more
// seldom while nobody answers, not at all while the page is hidden, and its asking does not keep anybody signed in.

const EVERY = 20_000;
const SLOWEST = 300_000;
// Times on the cards go on though nothing happens; so often they are shown anew.
const ANYWAY = 9;
const desk = document.querySelector("[data-desk]");
const news = document.querySelector("[data-news]");
let wait = EVERY;
let timer;
let quiet = 0;

const versionOf = (root) => root.querySelector("[data-version]")?.dataset.version;
const idsOf = (root) => new Set([...root.querySelectorAll("[data-case]")].map((item) => item.dataset.case));

async function ask(address) {
  const answer = await fetch(address, { redirect: "manual" });
  if (answer.type === "opaqueredirect" || answer.status === 401) {
    document.querySelector("[data-signed-out]").hidden = false;
    return null;
  }
  if (!answer.ok) throw new Error(answer.status);
  return answer.text();
}

async function look() {
  try {
    const version = await ask(desk.dataset.ask);
    if (version === null) return; // no more until somebody signs in
    quiet += 1;
    if (version !== versionOf(desk) || quiet >= ANYWAY) {
      const rows = await ask(desk.dataset.rows);
      if (rows === null) return;
      quiet = 0;
      show(new DOMParser().parseFromString(rows, "text/html").body);
    }
    wait = EVERY;
  } catch {
    wait = Math.min(wait * 2, SLOWEST);
  }
  plan();
}

function plan() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, wait);
}

// What a card shows, without the token that is another one in every answer.
function looks(item) {
  const copy = item.cloneNode(true);
  for (const token of copy.querySelectorAll("input[name=csrf_token]")) token.remove();
  for (const box of copy.querySelectorAll("input[type=checkbox]")) box.removeAttribute("checked");
  return new XMLSerializer().serializeToString(copy);
}

function show(fresh) {
  const before = idsOf(desk);
  const focus = keepFocus();
  const place = keepPlace();
  const old = desk.querySelector("[data-cases]");
  const next = fresh.querySelector("[data-cases]");
  for (const item of next.querySelectorAll("[data-case]")) {
    const known = old.querySelector(`[data-case="${item.dataset.case}"]`);
    if (!known) continue;
    const box = item.querySelector(".case-pick input");
    const chosen = known.querySelector(".case-pick input")?.checked;
    if (looks(known) === looks(item)) item.replaceWith(known);
    else if (box && chosen) box.checked = true;
  }
  old.replaceWith(next);
  const tabs = desk.querySelector("[data-version]");
  const freshTabs = fresh.querySelector("[data-version]");
  tabs.dataset.version = freshTabs.dataset.version;
  for (const tab of freshTabs.querySelectorAll("[data-tab]")) {
    const known = tabs.querySelector(`[data-tab="${tab.dataset.tab}"]`);
    if (known) known.replaceChildren(...tab.cloneNode(true).childNodes);
  }
  focus();
  place();
  const came = [...idsOf(desk)].filter((id) => !before.has(id)).length;
  if (came) news.textContent = news.dataset.words.replace("{count}", came);
  desk.dispatchEvent(new Event("desk:shown"));
}

// Return what gives the focus back to the same control of the same case, or of the one that now stands in its place.
function keepFocus() {
  const focused = document.activeElement;
  const item = focused?.closest("[data-case]");
  if (!item) return () => {};
  const at = [...desk.querySelectorAll("[data-case]")].indexOf(item);
  const kind = ["a.case-link", ".case-pick input", "button", "a.button"].find((one) => focused.matches(one));
  return () => {
    if (document.contains(focused) && document.activeElement === focused) return;
    const all = [...desk.querySelectorAll("[data-case]")];
    const same = all.find((one) => one.dataset.case === item.dataset.case) ?? all[Math.min(at, all.length - 1)];
    (same?.querySelector(kind ?? "a.case-link") ?? same?.querySelector("a.case-link"))?.focus({ preventScroll: true });
  };
}

// Return what scrolls so that the first card on the screen, if it is still there, stands where it stood.
function keepPlace() {
  const item = [...desk.querySelectorAll("[data-case]")].find((one) => one.getBoundingClientRect().bottom > 0);
  if (!item || scrollY === 0) return () => {};
  const top = item.getBoundingClientRect().top;
  return () => {
    const same = desk.querySelector(`[data-case="${item.dataset.case}"]`);
    if (same) scrollBy(0, same.getBoundingClientRect().top - top);
  };
}

// The bar for many cases stands at the foot of the screen while some are chosen, and says how many.
function watchChosen() {
  const bar = document.querySelector("#bulk");
  if (!bar) return;
  const boxes = () => [...desk.querySelectorAll(".case-pick input")];
  const tell = () => {
    const count = boxes().filter((box) => box.checked).length;
    bar.classList.toggle("idle", count === 0);
    bar.querySelector("[data-none]").hidden = count === 0;
    if (count) bar.querySelector("[data-count]").textContent = bar.dataset.words.replace("{count}", count);
  };
  const choose = (all) => {
    for (const box of boxes()) box.checked = all;
    tell();
  };
  bar.classList.add("floats");
  bar.querySelector("[data-all]").hidden = false;
  bar.querySelector("[data-all]").addEventListener("click", () => choose(true));
  bar.querySelector("[data-none]").addEventListener("click", () => choose(false));
  desk.addEventListener("change", tell);
  desk.addEventListener("desk:shown", tell);
  tell();
}

if (desk) {
  watchChosen();
  // On a phone the strip of lists is wider than the screen.
  const strip = desk.querySelector("[data-version]");
  const here = strip.querySelector("[aria-current]");
  if (here) strip.scrollLeft = here.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) look();
  });
  plan();
}
