// "Show" beside a password that is being chosen. Without this module the button stays hidden and the field as it was.

for (const button of document.querySelectorAll("[data-shows]")) {
  const field = document.getElementById(button.dataset.shows);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
  // A password manager keeps it as a password, and nobody else reads it from the screen meanwhile.
  field.form.addEventListener("submit", () => { field.type = "password"; });
}
