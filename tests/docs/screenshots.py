"""`make screenshots`: play the demo, and take the pictures of the READMEs from its console."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, ViewportSize, sync_playwright

IMAGES = Path(__file__).parents[2] / "docs/images"
ADDRESS = re.compile(r"http://\S+/enter\?code=\S+")
CLUE = "XS-310120-ZG04"
"""How the id of the story's clue begins: of 区水务局."""
WINDOW = ViewportSize(width=1280, height=800)


def chromium() -> str:
    """The browser of this machine; ends with the command that installs it."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        sys.exit("Chromium is missing. Install it: sudo apt-get install chromium fonts-noto-cjk")
    return found


def take(page: Page, name: str) -> None:
    """Take one picture of what is in the window."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / name)
    sys.stdout.write(f"docs/images/{name}\n")


def photograph(address: str) -> None:
    """Sign in as the town, and take its inbox and the timeline of its clue."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport=WINDOW, locale="zh-CN", device_scale_factor=1.5)
        page.goto(address)
        take(page, "inbox.png")
        page.goto(f"{address.partition('/enter')[0]}/inbox?box=all")
        page.locator(f"a[href*='/matters/{CLUE}']").first.click()
        page.wait_for_url("**/matters/**")
        take(page, "timeline.png")
        browser.close()


def main() -> None:
    """Run the demo in a directory of its own until both pictures are taken."""
    with TemporaryDirectory() as directory:
        command = [sys.executable, "-m", "deploy.command", "demo", "--dir", directory]
        demo = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            if demo.stdout is None:
                sys.exit("The demo has no output to read.")
            address = next((found for line in demo.stdout if (found := ADDRESS.search(line))), None)
            if address is None:
                sys.exit("The demo ended before it told its address: run `make demo`.")
            photograph(address.group())
        finally:
            demo.send_signal(signal.SIGINT)
            demo.communicate()


if __name__ == "__main__":
    main()
