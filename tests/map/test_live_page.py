#!/usr/bin/env python3
"""The journey map that `wend serve` has at `/`: newer windows take the place of what is shown,
without a reload; what was chosen stays; a lost connection is told.
"""
import json
import os
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../http"))
from browser import PICTURES, Report, open_browser, wend  # noqa: E402
from server import Server  # noqa: E402

report = Report()
expect = report.expect
SHOWN = "article:not([hidden])"
WINDOWS = ("2025-03-06T10-00-00Z", "2025-03-06T11-00-00Z", "2025-03-06T12-00-00Z")


def make(folder, events):
    name = os.path.join(folder, str(events))
    wend("generate", "--events", str(events), "-o", name + ".ndjson", "-c", name + ".yaml", "-q")
    wend("replay", name + ".ndjson", "-c", name + ".yaml", "-o", name, "-q", "--now", "2026-01-01",
         "--close-all")
    return name


def units(snapshot):
    lines = wend("show", snapshot, "paths", "--scope", "session", "--format", "json").splitlines()
    return sum(json.loads(line)["units"] for line in lines)


def shown_units(page):
    return int(page.locator(f"{SHOWN} .sums dd").first.text_content().replace(",", ""))


def wait_for_units(page, wanted, title):
    end = time.monotonic() + 30
    while shown_units(page) != wanted and time.monotonic() < end:
        page.wait_for_timeout(200)
    expect(title, shown_units(page) == wanted, (shown_units(page), wanted))


def check_windows(browser, folder, live):
    """A window that comes is shown; what the user did stays."""
    first, second = make(folder, 20000), make(folder, 30000)
    shutil.copytree(first, os.path.join(live, WINDOWS[0]))
    with Server(live) as server:
        page = browser.open(server.url + "/")
        page.evaluate("window.same = true")
        page.select_option("#scope", label="Sessions")
        page.select_option("#segment", index=1)
        value = page.locator("#segment option:checked").text_content()
        page.select_option("#segment", index=0)
        wait_for_units(page, units(first), "the page has the numbers of the first window")
        expect("it says that it is live", page.locator("#live").text_content().startswith("Live"))
        page.locator(f"{SHOWN} details summary").first.click()
        page.locator(f"{SHOWN} svg.graph .n").first.focus()
        focused = page.evaluate("document.activeElement.dataset.t")
        page.evaluate("window.scrollTo(0, 900)")
        shutil.copytree(second, os.path.join(live, ".new"))
        os.rename(os.path.join(live, ".new"), os.path.join(live, WINDOWS[1]))
        wait_for_units(page, units(second), "the second window takes its place")
        expect("without a reload", page.evaluate("window.same === true"))
        expect("the journey that was chosen stays",
               page.locator("#scope option:checked").text_content() == "Sessions")
        expect("the table that was opened is open",
               page.locator(f"{SHOWN} details").first.get_attribute("open") is not None)
        expect("the touchpoint that had the focus has it",
               page.evaluate("document.activeElement.dataset.t") == focused, focused)
        expect("the page did not jump", abs(page.evaluate("window.scrollY") - 900) < 2,
               page.evaluate("window.scrollY"))
        page.select_option("#segment", label=value)
        expect("the controls work on what is new",
               page.locator(f"{SHOWN}").first.get_attribute("data-value") == value)
        page.screenshot(path=os.path.join(PICTURES, "live.png"))
        expect("no page complained", not browser.complaints, browser.complaints[:5])
        return page, server.address[1], second


def check_lost(page, port, live, newest):
    """The server has gone when this begins."""
    page.wait_for_selector("#live.lost", timeout=30_000)
    text = page.locator("#live").text_content()
    expect("a lost connection is told", text.startswith("The connection is lost; "), text)
    expect("the numbers are still there", shown_units(page) > 0)
    with Server(live, listen=f"127.0.0.1:{port}"):
        page.wait_for_selector("#live:not(.lost)", timeout=30_000)
        expect("it comes back by itself",
               page.locator("#live").text_content().startswith("Live"))
        page.select_option("#segment", index=0)
        wait_for_units(page, units(newest), "with the same numbers")


def check_nothing_yet(browser, folder):
    """Before the first window there is a page that waits for it."""
    empty = os.path.join(folder, "empty")
    os.makedirs(empty)
    with Server(empty) as server:
        answer = server.get("/")
        expect("without a window the answer is 503", answer.status == 503, answer.status)
        page = browser.open(server.url + "/")
        expect("and says so", "There is no map yet" in page.locator("h1").text_content())
        shutil.copytree(os.path.join(folder, "20000"), os.path.join(empty, WINDOWS[2]))
        page.wait_for_selector("#live", timeout=30_000)
        expect("the map comes by itself", page.locator("article").count() > 0)


def main():
    browser = open_browser()
    with tempfile.TemporaryDirectory() as folder:
        live = os.path.join(folder, "live")
        os.makedirs(live)
        page, port, newest = check_windows(browser, folder, live)
        check_lost(page, port, live, newest)
        check_nothing_yet(browser, folder)
    strange = [url for url in browser.asked if not url.startswith("http://127.0.0.1:")]
    expect("nothing was asked of anybody else", not strange, strange)
    browser.close()
    report.end()


if __name__ == "__main__":
    main()
