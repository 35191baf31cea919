// An open case tells when somebody else does something about it. Nothing on the page is replaced: what is being typed
// stays, and the reader decides when to look at the case anew.

const EVERY = 20_000;
const SLOWEST = 300_000;
const box = document.querySelector("[data-changes]");
let wait = EVERY;
let timer;
let shown = "";

async function look() {
  try {
    const answer = await fetch(box.dataset.changes, { redirect: "manual" });
    if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) return; // signed out, or not ours any more
    if (answer.status === 200) {
      const words = await answer.text();
      if (words !== shown) {
        shown = words;
        box.replaceChildren(...new DOMParser().parseFromString(words, "text/html").body.childNodes);
      }
    }
    wait = answer.ok ? EVERY : Math.min(wait * 2, SLOWEST);
  } catch {
    wait = Math.min(wait * 2, SLOWEST);
  }
  plan();
}

function plan() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, wait);
}

if (box) {
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) look();
  });
  plan();
}
