# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A project small enough to read: heat on a grid that is mostly cold."""
