#!/usr/bin/env python3
"""The journey map in a browser: network off, scripts on and off, every control, keyboard, names of
attackers, many touchpoints; its numbers beside those of `wend show` and of DuckDB.

Pictures of what was seen are left in the build tree, in map/.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from browser import (PICTURES, WEND, Report, hostile, large, made_up, open_browser,  # noqa: E402
                     wend)

report = Report()
expect = report.expect
SHOWN = "article:not([hidden])"


def number(text):
    return int(text.replace(",", ""))


def draw(snapshot, *arguments):
    path = snapshot + ".html"
    wend("map", snapshot, "-o", path, "-q", *arguments)
    return path


def rows(snapshot, table, *arguments):
    text = wend("show", snapshot, table, "--format", "json", *arguments)
    return [json.loads(line) for line in text.splitlines()]


def summed(lines, key, value):
    sums = {}
    for line in lines:
        sums[line[key]] = sums.get(line[key], 0) + line[value]
    return sums


def cells(page, selector, caption):
    """The rows of the shown table with this caption, as lists of texts."""
    return page.eval_on_selector_all(
        f"{selector} table", """(tables, caption) => [...tables.find(
            (table) => table.caption.textContent === caption).tBodies[0].rows].map(
            (row) => [...row.cells].map((cell) => cell.textContent))""", caption)


def check_numbers(page, snapshot, scope, name):
    """Totals, stages, touchpoints and abandonment of all units of a scope."""
    paths = rows(snapshot, "paths", "--scope", scope)
    sums = [number(text) for text in page.locator(f"{SHOWN} .sums dd").all_text_contents()]
    wanted = [sum(row[column] for row in paths) for column in ("units", "converted", "abandoned")]
    expect(f"totals of {name} are those of the table paths", sums[:3] == wanted, (sums, wanted))
    points = rows(snapshot, "touchpoints", "--scope", scope)
    shown = {row[0]: row for row in cells(page, SHOWN, "Touchpoint")}
    for column, at in (("units", 2), ("events", 4), ("converted_units", 5)):
        wanted = summed(points, "touchpoint", column)
        got = {key: number(row[at]) for key, row in shown.items() if key != "(none)"}
        expect(f"{column} of the touchpoints of {name}", got and got == wanted, (got, wanted))
    lost = summed(rows(snapshot, "abandonment", "--scope", scope), "touchpoint", "abandoned")
    got = {key: number(row[6]) for key, row in shown.items()}
    expect(f"abandonment of {name}", got == lost, (got, lost))
    best = sorted(lost.items(), key=lambda item: (-item[1], item[0]))[:8]
    got = [(row[0], number(row[1])) for row in cells(page, SHOWN, "Where they give up")]
    expect(f"the abandonment points of {name} stand in their order", got == best, (got, best))
    steps = {}
    for row in rows(snapshot, "transitions", "--scope", scope):
        key = (row["from_touchpoint"], row["to_touchpoint"])
        steps[key] = steps.get(key, 0) + row["transitions"]
    got = {(row[0], row[1]): number(row[2])
           for row in cells(page, SHOWN, "Most frequent transitions")}
    expect(f"transitions of {name}", got and all(steps[key] == got[key] for key in got), got)


def check_flow(page, snapshot, scope, anchor, caption):
    """Each drawn link and end, added up from the table flow; no column loses a unit."""
    flow = {}
    begin = 0
    for row in rows(snapshot, "flow", "--scope", scope):
        if row["anchor"] == anchor:
            key = (row["step_index"], row["from_touchpoint"], row["to_touchpoint"])
            flow[key] = flow.get(key, 0) + row["units"]
            begin += row["units"] if row["step_index"] == 1 else 0
    got = {}
    for row in cells(page, f"{SHOWN} .flows:not([hidden])", caption):
        if row[0] != "":
            got[(int(row[0]), row[1], row[2])] = number(row[3])
    plain = {key: units for key, units in got.items() if "(other)" not in key}
    wrong = {key: units for key, units in plain.items() if flow.get(key) != units}
    expect(f"the flow from the {anchor} has the units of the table", plain and not wrong, wrong)
    first = sum(units for key, units in got.items() if key[0] == 1)
    hidden = [number(row[2]) for row in cells(page, f"{SHOWN} .flows:not([hidden])", caption)
              if row[0] == ""]
    expect(f"the first step from the {anchor} holds all units",
           begin - sum(hidden) <= first <= begin, (first, begin, hidden))


def check_duckdb(page, snapshot):
    try:
        import duckdb
    except ImportError:
        print("skip  numbers beside DuckDB (duckdb is not installed)")
        return
    query = ("select stage, sum(reached), sum(advanced), sum(abandoned_here) from '{}/stages/"
             "*.parquet' where scope = 'lifecycle' group by stage, stage_position "
             "order by stage_position").format(snapshot)
    wanted = [tuple(map(int, row[1:])) for row in duckdb.sql(query).fetchall()]
    got = [(number(row[1]), number(row[3]), number(row[5]))
           for row in cells(page, SHOWN, "Stage")]
    expect("stages are those that DuckDB reads", len(got) == 5 and got == wanted, (got, wanted))
    with open(snapshot + ".parquet", "wb") as file:
        subprocess.run([WEND, "show", snapshot, "flow", "--format", "parquet", "--where",
                        "anchor=goal"], stdout=file, check=True)
    both = ("select count(*), sum(units), max(from_touchpoint), min(window_start) from '{}' "
            "where anchor = 'goal'")
    got = duckdb.sql(both.format(snapshot + ".parquet")).fetchall()
    wanted = duckdb.sql(both.format(snapshot + "/flow/*.parquet")).fetchall()
    expect("DuckDB reads the same rows from `wend show --format parquet`",
           got == wanted and got[0][0] > 0, (got, wanted))
    query = ("select count(*), sum(u) from (select path, sum(units) u from '{}/paths/*.parquet' "
             "where scope = 'lifecycle' group by path)").format(snapshot)
    wanted = int(duckdb.sql(query).fetchall()[0][1])
    got = number(page.locator(f"{SHOWN} .sums dd").first.text_content())
    expect("units are those that DuckDB reads", got == wanted, (got, wanted))


def check_controls(page):
    def head():
        return page.locator(f"{SHOWN} h2").all_text_contents()

    before = head()
    expect("one view is shown", len(before) == 1, before)
    page.select_option("#segment", index=1)
    expect("a segment shows its view", head() != before and "channel: " in head()[0], head())
    page.select_option("#segment", index=0)
    page.select_option("#other", index=2)
    expect("two views stand side by side", len(head()) == 2, head())
    boxes = [box.bounding_box()["x"] for box in page.locator(SHOWN).all()]
    expect("side by side, not below", boxes[0] != boxes[1], boxes)
    page.select_option("#other", index=0)
    page.select_option("#direction", "1")
    anchors = page.eval_on_selector_all(f"{SHOWN} .flows:not([hidden])",
                                        "(all) => all.map((one) => one.dataset.anchor)")
    expect("the direction turns the flow", anchors == ["1"], anchors)
    page.select_option("#direction", "0")
    page.select_option("#scope", index=1)
    expect("another journey shows its view", head() != before, head())
    page.select_option("#scope", index=0)
    expect("and back", head() == before, head())


def check_highlight(page):
    flow = page.locator(f"{SHOWN} svg.flow").first
    node = flow.locator(".n").nth(1)
    node.hover()
    lit = flow.locator(".n.on").count()
    links = flow.locator(".k.on").count()
    total = flow.locator(".n").count()
    expect("pointing at a touchpoint lights its ways, and no more",
           links > 0 and 1 < lit <= total and flow.evaluate("(s) => s.classList.contains('dim')"),
           (lit, links, total))
    expect("and says its numbers", "Step 1" in page.locator("#readout").text_content())
    page.mouse.move(5, 5)
    expect("pointing away lets go", flow.locator(".on").count() == 0)
    first = flow.locator(".n[tabindex='0']")
    expect("one touchpoint of a drawing is reached by the tab key", first.count() == 1)
    first.focus()
    before = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("ArrowRight")
    after = page.evaluate("document.activeElement.getAttribute('aria-label')")
    expect("arrow keys go along", after and after != before, (before, after))
    page.keyboard.press("Enter")
    pressed = page.evaluate("document.activeElement.getAttribute('aria-pressed')")
    page.mouse.move(5, 5)
    expect("Enter keeps it", pressed == "true" and flow.locator(".on").count() > 0, pressed)
    page.keyboard.press("Escape")
    expect("Escape lets go", page.locator(".pinned").count() == 0)
    details = page.locator(f"{SHOWN} details").first
    details.locator("summary").click()
    expect("a table opens", details.locator("table").first.is_visible())


def check_axe(page, name):
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        print("skip  accessibility (axe-playwright-python is not installed)")
        return
    found = [(one["id"], one["impact"], one["nodes"][0]["html"][:200])
             for one in Axe().run(page).response["violations"]
             if one["impact"] in ("serious", "critical")]
    expect(f"axe finds nothing serious: {name}", not found, found)


def check_shop(browser, folder):
    snapshot = made_up(folder)
    path = draw(snapshot)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    expect("a page of the default views is at most 1 MB", len(text.encode()) <= 1_050_000,
           len(text))
    expect("it asks nothing of any network",
           not re.search(r"(src|href)=[\"']?(https?:|//)|url\(|@import", text))
    page = browser.open(path)
    check_numbers(page, snapshot, "lifecycle", "lifecycle")
    check_flow(page, snapshot, "lifecycle", "start", "Where they go, step by step")
    check_duckdb(page, snapshot)
    page.select_option("#direction", "1")
    check_flow(page, snapshot, "lifecycle", "goal", "How they came to the goal")
    page.select_option("#direction", "0")
    page.select_option("#scope", "0")
    check_numbers(page, snapshot, "session", "sessions")
    page.select_option("#scope", index=0)
    check_controls(page)
    check_highlight(page)
    check_axe(page, "light")
    check_axe(browser.open(path, scheme="dark"), "dark")
    check_axe(browser.open(path, width=390), "narrow")
    for width in (1440, 768, 390):
        page = browser.open(path, width=width)
        wide = page.evaluate("document.documentElement.scrollWidth")
        expect(f"at {width} the page is not wider than the window", wide <= width, wide)
        page.screenshot(path=os.path.join(PICTURES, f"map-{width}.png"), full_page=True)
    check_axe(page, "without a choice")
    return snapshot


def check_without_scripts(browser, snapshot):
    page = browser.open(snapshot + ".html", scripts=False)
    articles = page.locator("article")
    expect("without scripts every view is there",
           articles.count() > 2 and all(one.is_visible() for one in articles.all()))
    expect("and its drawings", page.locator("svg").count() >= 7 * articles.count())
    expect("and its tables", page.locator("table").count() >= 7 * articles.count())
    expect("and no control that does nothing", not page.locator("#controls").is_visible())
    expect("but links to the views", page.locator("#views a").count() == articles.count())


def check_hostile(browser, folder):
    snapshot = hostile(folder)
    path = draw(snapshot)
    page = browser.open(path)
    page.wait_for_timeout(200)
    broken = page.evaluate("window.broken")
    expect("hostile names do nothing", broken is None, broken)
    expect("and make no elements", page.locator("img, script ~ script").count() == 0)
    words = page.locator(SHOWN).first.text_content()
    expect("they are shown as what they are", "<script\u203awindow.broken" in words, words[:1500])
    expect("and do not turn the direction of others", "\u202e" not in words)
    for node in page.locator(f"{SHOWN} .n").all()[:10]:
        node.dispatch_event("pointerover")
    page.select_option("#segment", index=1)
    expect("views of hostile segment values are shown", page.locator(SHOWN).count() == 1)
    expect("names of 5 KB leave the page as wide as it was",
           page.evaluate("document.documentElement.scrollWidth") <= 1440)
    check_axe(page, "hostile names")
    poster = snapshot + ".svg"
    wend("map", snapshot, "--poster", "A2", "-o", poster, "-q")
    tree = xml.etree.ElementTree.parse(poster)
    names = {element.tag.split("}")[1] for element in tree.iter()}
    drawn = {"svg", "title", "style", "rect", "text", "tspan", "g", "path", "circle"}
    expect("a poster of hostile names is well-formed and has no script",
           names <= drawn, names)


def check_large(browser, folder):
    snapshot = large(folder)
    start = time.monotonic()
    path = draw(snapshot)
    drawn = time.monotonic() - start
    size = os.path.getsize(path)
    expect("1,000 touchpoints and 100,000 paths make a page of at most 1 MB", size <= 1_050_000,
           size)
    page = browser.open(path)
    paint = page.evaluate("performance.getEntriesByType('paint').map((one) => one.startTime)")
    node = page.locator(f"{SHOWN} svg.flow .n").first
    took = node.evaluate("""(node) => { const start = performance.now();
        node.dispatchEvent(new PointerEvent('pointerover', {bubbles: true}));
        document.body.offsetHeight; return performance.now() - start; }""")
    print(f"      drawn in {drawn:.2f} s, first paint after {min(paint, default=0):.0f} ms, "
          f"an interaction takes {took:.1f} ms")
    check_numbers_of_large(page, snapshot)


def check_numbers_of_large(page, snapshot):
    units = sum(row["units"] for row in rows(snapshot, "paths", "--scope", "visit"))
    got = number(page.locator(f"{SHOWN} .sums dd").first.text_content())
    expect("all units are counted", got == units and units > 100_000 - 2, (got, units))
    top = [(row["units"], row["path"]) for row in rows(snapshot, "paths", "--scope", "visit")]
    largest = sorted((units for units, _ in top), reverse=True)
    got = [number(row[0]) for row in cells(page, SHOWN, "Most frequent paths")]
    expect("the listed paths are frequent ones", len(got) == 8 and got[0] >= largest[0],
           (got, largest[:8]))


def check_poster(snapshot):
    poster = os.path.join(PICTURES, "poster")
    wend("map", snapshot, "--poster", "A2", "-o", poster + ".svg", "-q")
    texts = xml.etree.ElementTree.parse(poster + ".svg").getroot()
    words = " ".join(texts.itertext())
    for part in ("lifecycle", "data up to", "Source: shop.ndjson", "converted", "give up here"):
        expect(f"the poster tells: {part}", part in words, words[:500])
    sizes = [float(size) for size in re.findall(r"font-size:([\d.]+)px", words)]
    expect("no text of the poster is below 6 mm on A2", min(sizes) >= 12, sizes)
    environment = dict(os.environ, PATH="/nonexistent")
    missing = subprocess.run([os.path.abspath(WEND), "map", snapshot, "--poster", "A2", "-o",
                              poster + ".pdf"], capture_output=True, text=True, check=False,
                             env=environment)
    expect("without rsvg-convert wend says what to install",
           missing.returncode == 2 and "librsvg2-bin" in missing.stderr, missing)
    if subprocess.run(["which", "rsvg-convert"], capture_output=True, check=False).returncode:
        print("skip  posters as PDF and PNG (rsvg-convert is not installed)")
        return
    for kind, magic in (("pdf", b"%PDF"), ("png", b"\x89PNG")):
        wend("map", snapshot, "--poster", "A2", "-o", f"{poster}.{kind}", "-q")
        with open(f"{poster}.{kind}", "rb") as file:
            expect(f"a poster as {kind}", file.read(4) == magic)


def main():
    browser = open_browser()
    with tempfile.TemporaryDirectory() as folder:
        snapshot = check_shop(browser, folder)
        check_without_scripts(browser, snapshot)
        check_hostile(browser, folder)
        check_large(browser, folder)
        check_poster(snapshot)
    others = [url for url in browser.asked if not url.startswith("file://")]
    expect("nothing was asked of a network", not others, others)
    expect("no page complained", not browser.complaints, browser.complaints[:5])
    browser.close()
    report.end()


if __name__ == "__main__":
    main()
