// "Print" beside what is shown once. Without this module the button stays hidden; browsers have one of their own.

for (const button of document.querySelectorAll("[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => { print(); });
}
