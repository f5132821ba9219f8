#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# What this project's CI runs. No privilege is needed.
set -eu
cd "$(dirname "$0")"
exec "${PAGEWATCH:-pagewatch}" check -f lazy.check -- "${PYTHON:-python3}" -B -m project
