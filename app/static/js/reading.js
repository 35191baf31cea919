// The reading list by keyboard, and acknowledging without loading the page anew; without this every button works as it is.
const list = document.querySelector("[data-reading]");
const cards = () => [...(list?.children ?? [])];

function here() {
  return document.activeElement?.closest?.("[data-reading] > li") ?? null;
}

function go(card) {
  if (!card) return;
  card.tabIndex = -1;
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

function lower() {
  for (const badge of document.querySelectorAll("[data-unread]")) {
    const number = Number(badge.textContent);
    if (number > 1) badge.textContent = String(number - 1);
    else if (number === 1) badge.remove();
  }
}

async function acknowledge(form) {
  const card = form.closest("li");
  card.classList.add("going");
  let taken = false;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
    taken = answer.type === "opaqueredirect";
  } catch {
    taken = false;
  }
  if (!taken) { // the page itself says what is wrong
    form.removeAttribute("data-acknowledge");
    form.submit();
    return;
  }
  const next = card.nextElementSibling ?? card.previousElementSibling;
  const held = card.contains(document.activeElement);
  document.querySelector(`input[name=response][value="${card.id.slice(2)}"]`)?.remove();
  card.remove();
  lower();
  if (held) go(next);
  if (cards().length === 0) location.reload();
}

list?.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-acknowledge]")) return;
  event.preventDefault();
  acknowledge(event.target);
});

document.addEventListener("keydown", (event) => {
  if (!list || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select")) return;
  const card = here();
  if (event.key === "j") go(card ? card.nextElementSibling : cards()[0]);
  else if (event.key === "k") go(card ? card.previousElementSibling : cards().at(-1));
  else if (event.key === "a") card?.querySelector("form[data-acknowledge]")?.requestSubmit();
  else if ("tcs".includes(event.key)) {
    const button = card?.querySelector(`[data-key="${event.key}"]`);
    if (!button) return;
    event.preventDefault();
    button.closest("details").open = true;
    // The first of a form's buttons is what Enter presses; here the note comes first, then this very button.
    button.focus();
    if (event.key !== "c") button.form.querySelector("textarea").focus();
  }
});

for (const hint of document.querySelectorAll(".reading-keys")) hint.hidden = false;
