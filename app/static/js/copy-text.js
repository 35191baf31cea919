// A button that copies a text of the page. Without this module it stays hidden; the text can be selected all the same.
for (const block of document.querySelectorAll("[data-copy-text]")) {
  const source = document.getElementById(block.dataset.copyText);
  const told = block.querySelector("[role=status]");
  block.querySelector("button").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      told.textContent = block.dataset.done;
    } catch {
      // An office's own network without https has no clipboard: then the text is selected for copying by hand.
      getSelection().selectAllChildren(source);
      told.textContent = block.dataset.failed;
    }
  });
  block.hidden = false;
}
