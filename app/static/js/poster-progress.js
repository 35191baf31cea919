// The bar moves while the worker draws; without this module the page reloads itself every few seconds instead.

const EVERY = 1000;
const box = document.querySelector("[data-progress]");

async function look() {
  let batches;
  try {
    const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
    // Signed out meanwhile: the page itself then leads to the sign-in and back.
    if (answer.redirected || !answer.ok) return location.reload();
    batches = await answer.json();
  } catch {
    return setTimeout(look, EVERY * 5); // no network for a moment
  }
  for (const row of box.querySelectorAll("[data-batch]")) {
    const batch = batches[row.dataset.batch];
    if (!batch || batch.finished) return location.reload(); // its button is on the new page
    const bar = row.querySelector("progress");
    bar.max = batch.total;
    bar.value = batch.done;
    if (batch.done > 0) row.querySelector("[data-words]").textContent = batch.words;
  }
  return setTimeout(look, EVERY);
}

if (box) setTimeout(look, EVERY);
