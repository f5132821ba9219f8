# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A browser without a screen that opens pages of --html, and says what went wrong in them."""
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

WIDTH, HEIGHT = 1400, 1000


class Browser:
    """Chromium without its sandbox, which root may not use: the pages are made by the tests."""

    def __init__(self):
        options = Options()
        options.add_argument("--headless=new")
        options.add_argument(f"--window-size={WIDTH},{HEIGHT}")
        options.add_argument("--force-device-scale-factor=1")
        options.add_argument("--disable-gpu")
        options.add_argument("--no-sandbox")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.set_page_load_timeout(120)

    def open(self, path):
        self.driver.get(f"file://{path}")
        return self

    def run(self, script, *arguments):
        """The value of an expression in the page; its top-level names are seen."""
        return self.driver.execute_script(f"return ({script});", *arguments)

    def complaints(self):
        """What the console has: errors, and what the policy forbade."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def element(self, identity):
        return self.driver.find_element("id", identity)

    def text(self, identity):
        """Also of what is not in sight."""
        return self.run("document.getElementById(arguments[0]).textContent", identity)

    def press(self, *keys):
        """Keys go to the element that has the focus."""
        actions = ActionChains(self.driver)
        for key in keys:
            actions.send_keys(key)
        actions.perform()

    def point_at(self, identity, x, y):
        """The pointer to a place within an element, from its top left corner."""
        size = self.element(identity).size
        ActionChains(self.driver).move_to_element_with_offset(
            self.element(identity), x - size["width"] // 2, y - size["height"] // 2).perform()

    def command(self, name, **parameters):
        """Of the DevTools protocol."""
        return self.driver.execute_cdp_cmd(name, parameters)

    def close(self):
        self.driver.quit()


__all__ = ["Browser", "Keys"]
