# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Warms one corner of a field and says how warm it has become."""
from project import field as fields

field = fields.new_field(5003)
fields.heat(field, slice(100, 203), slice(50, 101), 20.0)
print(f"{field[100:203].sum():.0f}")
