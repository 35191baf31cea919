"""Barriers that axe finds on a page: https://github.com/dequelabs/axe-core."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# By night a page differs in its colours alone.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
_SCRIPT = Axe().axe_script
_RUN = """async rules => {
  const {violations} = await axe.run(document, {runOnly: rules, resultTypes: ['violations'], preload: false});
  return violations.map(it => `${it.id}, ${it.help}: ${it.nodes.map(node => node.target.join(' ')).join(', ')}`);
}"""


def find_barriers(page: Page, run_only: object = RULES) -> list[str]:
    """Return what is wrong. The script goes into a page once, and only what is wrong comes back."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_SCRIPT)
    found: list[str] = page.evaluate(_RUN, run_only)
    return found
