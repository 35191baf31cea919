// A branch of the tree opens in place; without this module its link leads to the unit's own page.

async function fill(branch) {
  branch.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(branch.dataset.below, { headers: { Accept: "text/html" } });
    if (answer.redirected || !answer.ok) throw new Error(String(answer.status));
    const piece = new DOMParser().parseFromString(await answer.text(), "text/html");
    branch.querySelector(".twigs").replaceChildren(...piece.body.childNodes);
    delete branch.dataset.below;
  } catch {
    // The link that stands there still leads on.
  } finally {
    branch.removeAttribute("aria-busy");
  }
}

// `toggle` does not bubble, but it can be caught on its way down.
document.addEventListener("toggle", (event) => {
  const branch = event.target;
  if (branch.open && branch.dataset?.below) fill(branch);
}, true);
