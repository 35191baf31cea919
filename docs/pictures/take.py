"""Takes the README's pictures from the running demo: `python docs/pictures/take.py URL E-MAIL PASSWORD CODE`.

Start one with `make run` in an empty folder first. Nothing in a picture is drawn by hand.
"""

import os
import sys
from pathlib import Path

import pypdfium2
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}


def shoot(page: Page, name: str, *, full: bool = False) -> None:
    """Write one picture beside this file."""
    page.screenshot(path=HERE / f"{name}.png", full_page=full)


def main(base: str, email: str, password: str, code: str) -> None:
    """Walk the demo as a respondent and as its manager."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("TEST_CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        respondent = browser.new_context(viewport=PHONE, locale="ru-RU", device_scale_factor=2).new_page()
        respondent.goto(f"{base}/q/{code}")
        shoot(respondent, "rate")
        respondent.wait_for_timeout(2500)  # an answer within two seconds is marked as suspect
        respondent.locator("button[name=rating][value='5']").click()
        shoot(respondent, "happy")
        respondent.goto(f"{base}/q/{code}")
        respondent.locator("button[name=rating][value='1']").click()
        shoot(respondent, "unhappy")
        staff = browser.new_context(viewport=DESK, locale="ru-RU").new_page()
        staff.goto(f"{base}/sign-in?lang=ru")
        staff.fill("input[name=email]", email)
        staff.fill("input[name=password]", password)
        staff.locator("form:has(input[name=password]) button").first.click()
        staff.goto(f"{base}/manage/callbacks?lang=ru")
        shoot(staff, "callbacks")
        staff.goto(f"{base}/manage/?period=month&lang=ru")
        shoot(staff, "dashboard")
        staff.set_viewport_size({"width": 1280, "height": 1250})
        staff.goto(f"{base}/manage/figures?lang=ru")
        shoot(staff, "figures")
        staff.set_viewport_size(DESK)
        staff.goto(f"{base}/manage/touchpoints/{code}?lang=ru")
        shoot(staff, "code")
        poster = staff.request.get(f"{base}/touchpoints/{code}/poster.pdf?size=a5&lang=kk,ru").body()
        with pypdfium2.PdfDocument(poster) as document:
            document[0].render(scale=1.5).to_pil().save(HERE / "poster.png", optimize=True)
        staff.set_viewport_size(PHONE)
        staff.goto(f"{base}/manage/callbacks?lang=ru")
        shoot(staff, "callbacks-phone")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:5])
