# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The books of the test programs agree with the kernel: what the other tests compare with is true."""
import json

import harness
import kernel_pages
import pytest


@pytest.mark.parametrize("seed", range(1, 11))
def test_random_books(seed, tmp_path, opened):
    path = tmp_path / "books.json"
    target = harness.Target([harness.RANDOM, "--wait", seed, 600, path])
    opened.append(target)
    target.ready().done()
    told = json.loads(path.read_text())
    book = told["books"][0]
    start, size = int(book["start"], 16), told["page_size"]
    try:
        kernel = kernel_pages.anonymous_states(target.pid, start, start + book["pages"] * size,
                                               size)
    except OSError as error:
        pytest.skip(f"no PAGEMAP_SCAN here (v6.7): {error}")
    booked = {int(run["start"], 16) + index * size: run["state"]
              for run in book["runs"] if run["state"] != "absent" for index in range(run["pages"])}
    assert kernel == booked
    assert target.end() == 0
