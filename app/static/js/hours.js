// Opening hours day by day while they are typed; without this module they are read when the form is sent.

const field = document.querySelector("[data-week]");
const shown = document.getElementById("hours-week");
let asked = 0;
let waiting;

async function show() {
  const text = field.value.trim();
  const turn = ++asked;
  if (text === "") {
    shown.textContent = "";
    return;
  }
  const address = new URL(field.dataset.week, location.href);
  address.searchParams.set("text", text);
  const answer = await fetch(address);
  // A slow answer must not replace that to what was typed since.
  if (turn !== asked || answer.redirected || ![200, 422].includes(answer.status)) return;
  const piece = new DOMParser().parseFromString(await answer.text(), "text/html");
  shown.replaceChildren(...piece.body.childNodes);
}

field?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => show().catch(() => {}), 300);
});
