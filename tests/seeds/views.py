# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Which operations give a view of the same memory, and which a copy."""
import numpy as np
import point

x = np.zeros((3001, 1409))  # 32.3 MiB
point.at("made")
v_all, v_step, v_turned, v_flat = x[:], x[::2], x.T, x.reshape(-1)
v_part, v_bytes = x[100:, 7:], x.view("u1")
views = [v_all, v_step, v_turned, v_flat, v_part, v_bytes]
point.number("views_that_share_its_memory", sum(np.shares_memory(x, v) for v in views))
point.number("views_that_own_data", sum(v.flags.owndata for v in views))
point.at("views")
c_copy, c_picked, c_mask = x.copy(), x[np.arange(3001)], x[x == 0]
point.at("copies")
c_turned = x.T.reshape(-1)
point.number("reshape_of_the_transposed_shares_memory", np.shares_memory(x, c_turned))
point.at("turned")
v_step[:, :] = 1
point.at("written through a view")

l1 = [1, 2, 7]
l2 = [l1, 4, 5]
l3 = l2[:]
l3[2] = 0
point.number("list_slice_wrote_through", l2[2] == 0)
a2 = np.array([0, 4, 5])
a3 = a2[:]
a3[2] = 0
point.number("array_slice_wrote_through", a2[2] == 0)
