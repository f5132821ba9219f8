/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The set of targets, and what is kept of those that ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/priv.h"

#define MANY 5000u

static struct target *add_target(struct engine *engine, uint32_t pid, uint32_t slot)
{
	struct target *target = calloc(1, sizeof(*target));

	assert_non_null(target);
	target->pid = pid;
	target->slot = slot;
	target->pidfd = -1;
	assert_int_equal(target_set__add(engine, target), 0);
	return target;
}

static void end_engine(struct engine *engine)
{
	size_t i;

	for (i = 0; i < engine->target_count; i++)
		target__free(engine->targets[i]);
	free(engine->targets);
	free(engine->by_slot);
	free(engine);
}

static struct engine *new_engine(void)
{
	struct engine *engine = calloc(1, sizeof(*engine));

	assert_non_null(engine);
	return engine;
}

/* Pids that fall into one bucket, slots that are used again. */
static void found_while_they_live(void **state)
{
	struct engine *engine = new_engine();
	struct target *first = add_target(engine, 7, 3),
		      *other = add_target(engine, 7 + TARGET_BUCKETS, 2000);
	struct target *second;

	(void)state;
	assert_ptr_equal(engine_find_pid(engine, 7), first);
	assert_ptr_equal(engine_find_pid(engine, 7 + TARGET_BUCKETS), other);
	assert_null(engine_find_pid(engine, 8));
	assert_ptr_equal(engine_find_slot(engine, 3), first);
	assert_ptr_equal(engine_find_slot(engine, 2000), other);
	assert_null(engine_find_slot(engine, 4));
	assert_null(engine_find_slot(engine, NO_SLOT));
	/* The image that follows has the pid, the one before it its slot while others use it. */
	second = add_target(engine, 7, 4);
	assert_ptr_equal(engine_find_pid(engine, 7), second);
	assert_ptr_equal(engine_find_slot(engine, 3), first);
	assert_int_equal(engine_live_targets(engine), 3);
	target_set__end(engine, first);
	target_set__end(engine, first);
	assert_int_equal(engine_live_targets(engine), 2);
	assert_null(engine_find_slot(engine, 3));
	assert_ptr_equal(engine_find_pid(engine, 7), second);
	first = add_target(engine, 9, 3);
	assert_ptr_equal(engine_find_slot(engine, 3), first);
	assert_int_equal(engine->target_count, 4);
	end_engine(engine);
}

static void many(void **state)
{
	struct engine *engine = new_engine();
	uint32_t i;

	(void)state;
	for (i = 0; i < MANY; i++)
		add_target(engine, 10 + i * 3, i);
	for (i = 0; i < MANY; i += 2)
		target_set__end(engine, engine_find_slot(engine, i));
	for (i = 0; i < MANY; i++) {
		struct target *target = engine_find_pid(engine, 10 + i * 3);

		assert_ptr_equal(target, engine_find_slot(engine, i));
		assert_int_equal(target == NULL, i % 2 == 0);
	}
	assert_int_equal(engine_live_targets(engine), MANY / 2);
	engine_prune(engine);
	assert_int_equal(engine->target_count, MANY / 2);
	end_engine(engine);
}

/* With resident pages at its last look, or (0) only faults. */
static void end_child(struct engine *engine, uint32_t number, uint64_t resident, uint64_t faults)
{
	struct target *target = add_target(engine, 100 + number, NO_SLOT);

	target->faults.user = faults;
	target->losses.count[LOSS_UNSURE] = 1;
	if (resident) {
		target->final = calloc(1, sizeof(*target->final));
		assert_non_null(target->final);
		target->final_pages = resident;
	}
	target_set__end(engine, target);
	assert_int_equal(engine_fold_ended(engine), 0);
}

static void the_largest_are_kept(void **state)
{
	struct engine *engine = new_engine();
	uint64_t kept_least = UINT64_MAX, sum = 0;
	size_t i;

	(void)state;
	add_target(engine, 1, NO_SLOT)->asked = true;
	target_set__end(engine, engine->targets[0]);
	/* 7 and 1,000 have no common factor: each size from 1 to 999 comes once. */
	for (i = 1; i < 1000; i++)
		end_child(engine, (uint32_t)i, i * 7 % 1000, i * 7 % 1000 / 2);
	assert_int_equal(engine->target_count, 1 + ENGINE_ENDED_MAX);
	assert_ptr_equal(engine->targets[0]->asked, true);
	for (i = 1; i < engine->target_count; i++) {
		if (engine->targets[i]->final_pages < kept_least)
			kept_least = engine->targets[i]->final_pages;
	}
	assert_int_equal(kept_least, 1000 - ENGINE_ENDED_MAX);
	for (i = 1; i < kept_least; i++)
		sum += i;
	assert_int_equal(engine->rest.count, 999 - ENGINE_ENDED_MAX);
	assert_int_equal(engine->rest.looked_at, engine->rest.count);
	assert_int_equal(engine->rest.resident_pages, sum);
	/* What they had lost stays lost. */
	assert_int_equal(engine->ended_losses.count[LOSS_UNSURE], engine->rest.count);
	engine_prune(engine);
	assert_int_equal(engine->target_count, 0);
	assert_int_equal(engine->rest.count, 0);
	assert_int_equal(engine->ended_losses.count[LOSS_UNSURE], 999);
	end_engine(engine);
}

static void faults_weigh_where_nobody_looked(void **state)
{
	struct engine *engine = new_engine();
	uint32_t i;

	(void)state;
	engine->options.ended_max = 2;
	for (i = 1; i <= 4; i++)
		end_child(engine, i, 0, i == 2 ? 1000 : i);
	assert_int_equal(engine->target_count, 2);
	assert_int_equal(engine->targets[0]->faults.user, 1000);
	assert_int_equal(engine->targets[1]->faults.user, 4);
	assert_int_equal(engine->rest.count, 2);
	assert_int_equal(engine->rest.looked_at, 0);
	assert_int_equal(engine->rest.faults.user, 1 + 3);
	end_engine(engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_while_they_live),
		cmocka_unit_test(many),
		cmocka_unit_test(the_largest_are_kept),
		cmocka_unit_test(faults_weigh_where_nobody_looked),
	};

	return cmocka_run_group_tests_name("engine_targets", tests, NULL, NULL);
}
