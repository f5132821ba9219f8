# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""make demo, as the README says, in a terminal of 24 lines."""
import re

import harness
import pytest
import screens

OUT = harness.OUT.resolve()
DEMO = (f"cd {harness.ROOT}; clear; O={OUT.relative_to(harness.ROOT.resolve())} LC_ALL=%s "
        "tests/tools/demo; echo status $?")


@pytest.mark.root
@pytest.mark.parametrize("locale", ["C", "xx_XX.UTF-8"])
def test_demo(locale, opened):
    """It begins before the first step, ends after the last, and all it leaves is on one screen."""
    screen = screens.Screen()
    opened.append(screen)
    screen.enter(DEMO % locale)
    screen.until_text(r"^ *__main__\.x +763M 4\.0K .* ▁[░·]", r"^ *__main__\.y +191M 4\.0K .* ▁·+$",
                      r"^ *__main__\.z +763M 4\.0K .* ▁·+$")
    # Newer numpy asks for huge pages: then the write costs one of them.
    screen.until_text(r"^ *__main__\.y +191M 191M .* █+$",
                      r"^ *__main__\.x +763M (8\.0K|2\.0M) .* ▁░+[▁▂]░+$")
    lines = screen.until(lambda lines: any(re.match(r"status \d+$", line) for line in lines))
    text = "\n".join(lines)
    assert "status 0" in lines and re.search(r"^python3 \(\d+\)  CPython ", text, re.MULTILINE)
    assert re.search(r"^ *__main__\.y +190\.7 MiB +190\.7 MiB ", text, re.MULTILINE)
    assert re.search(r"^ *__main__\.z +762\.9 MiB +4\.0 KiB lazy ", text, re.MULTILINE)
    assert re.search(r"^Your own: sudo \S+ -p PID$", text, re.MULTILINE)


@pytest.mark.root
def test_the_live_view_of_the_demo_can_be_ended(opened):
    screen = screens.Screen()
    opened.append(screen)
    screen.enter(DEMO % "C.UTF-8")
    screen.until_text(r"^ *__main__\.y +191M 4\.0K .* ▁·+$")
    screen.keys("q")
    lines = screen.until(lambda lines: any(re.match(r"status \d+$", line) for line in lines))
    assert "status 0" in lines and not screen.alternate()
