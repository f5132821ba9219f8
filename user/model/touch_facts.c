/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "model/touch_facts.h"

#include <stdlib.h>
#include <string.h>

void touch_facts__deinit(struct touch_facts *facts)
{
	touch_map_deinit(&facts->touched);
	intervals__deinit(&facts->before);
	intervals__deinit(&facts->huge_seen);
	intervals__deinit(&facts->huge_maybe);
	memset(facts, 0, sizeof(*facts));
}
