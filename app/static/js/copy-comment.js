// "Copy my comment", and a comment that is typed but not sent yet goes along when somebody leaves for a review site.
// Without this module the button stays hidden and everything else works as before.

function read(source) {
  return (source.value ?? source.textContent).trim();
}

for (const block of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(block.dataset.copy);
  const told = block.querySelector("[role=status]");
  const show = () => { block.hidden = read(source) === ""; };
  source.addEventListener("input", () => { told.textContent = ""; show(); });
  block.querySelector("button").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(read(source));
      told.textContent = block.dataset.done;
    } catch {
      // An office's own network without https has no clipboard: then the text is selected for copying by hand.
      if (source.select) source.select();
      else getSelection().selectAllChildren(source);
      told.textContent = block.dataset.failed;
    }
  });
  show();
}

for (const form of document.querySelectorAll("form[data-carry]")) {
  form.addEventListener("formdata", (event) => {
    const typed = document.getElementById(form.dataset.carry);
    if (typed && read(typed) !== "") event.formData.set("comment", typed.value);
  });
}
