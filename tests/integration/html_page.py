# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A page of --html, and what it shows in a browser."""
import harness
from browser import Keys


def snap(target, directory, *options):
    """A page and the JSON of the same moment: (path, report)."""
    page = directory / "page.html"
    return page, harness.snap(target.pid, "--html", page, *options)


def names_shown(browser):
    return browser.run("table.rows.map((row) => row.name)")


def selected(browser):
    return browser.run("document.querySelector('#rows [aria-selected=true] .name').title.split('\\n')[0]")


def open_named(browser, name):
    browser.press("/", name, Keys.ENTER, Keys.ENTER)
    assert browser.run("byId('opened').open") and browser.run("grid.row.name.includes(arguments[0])", name)
