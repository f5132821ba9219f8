/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Who has which slot of the target table. The kernel side gives a slot to a new address space and
 * tells us by a record. It keeps the slot after the end, until we have read the counts and free it.
 *
 * A slot must not be freed while a record about it may still lie in the ring: the record would be
 * taken for one of the next address space with that slot. Freeing costs what the address space
 * touched, so it waits until the watch goes on: after the end of the last process nobody needs it.
 */
#include <errno.h>
#include <stdlib.h>

#include "collect/kernel/faults_priv.h"

int faults_open_slots(struct faults *faults)
{
	struct slot_states *states = &faults->states;

	states->of = calloc(faults->slot_count, sizeof(*states->of));
	states->released = calloc(faults->slot_count, sizeof(*states->released));
	return states->of && states->released ? 0 : -ENOMEM;
}

void faults_close_slots(struct faults *faults)
{
	free(faults->states.of);
	free(faults->states.released);
}

/* Its list has room for each slot once. */
static void release_slot(struct slot_states *states, uint32_t slot)
{
	states->of[slot] = SLOT_RELEASED;
	states->released[states->released_count++] = slot;
}

int faults__free_released(struct faults *faults)
{
	struct slot_states *states = &faults->states;
	int err = 0;

	while (!err && states->released_count) {
		uint32_t slot = states->released[--states->released_count];

		states->of[slot] = SLOT_UNKNOWN;
		err = faults_free_slot(faults, slot);
	}
	return err;
}

static void make_due(struct slot_states *states, uint32_t slot)
{
	states->of[slot] = SLOT_DUE;
	states->any_due = true;
}

int faults__release(struct faults *faults, uint32_t slot)
{
	struct slot_states *states = &faults->states;
	int left = 0;

	if (slot >= faults->slot_count)
		return -EINVAL;
	/* If we end the watch of a live one, the kernel side sends no record of its end. */
	if (states->of[slot] == SLOT_TOLD)
		left = faults_run_for(faults, faults->skel->progs.leave_slot, slot);
	if (left == PW_DONE || states->of[slot] == SLOT_ENDED)
		release_slot(states, slot);
	else if (states->of[slot] == SLOT_TOLD)
		make_due(states, slot);
	return left < 0 ? left : 0;
}

void faults_hand_out(struct faults *faults, uint32_t slot)
{
	if (slot < faults->slot_count)
		faults->states.of[slot] = SLOT_TOLD;
}

static bool note_end(struct faults *faults, uint32_t slot)
{
	unsigned char *state = &faults->states.of[slot % faults->slot_count];

	if (*state == SLOT_UNKNOWN)
		release_slot(&faults->states, slot % faults->slot_count);
	else if (*state == SLOT_TOLD)
		*state = SLOT_ENDED;
	return *state == SLOT_ENDED;
}

bool faults_note_slots(struct faults *faults, const struct map_event *event)
{
	if (event->type == MAP_EVENT_FORK)
		faults_hand_out(faults, event->process.other_slot);
	else if (event->type == MAP_EVENT_EXEC)
		faults_hand_out(faults, event->slot);
	else if (event->type == MAP_EVENT_MM_END)
		return note_end(faults, event->slot);
	return true;
}

/* If records were lost, an address space may have begun and ended without one. */
static void find_lost(struct faults *faults)
{
	uint64_t lost = __atomic_load_n(&faults->skel->bss->losses.events, __ATOMIC_ACQUIRE);
	struct slot_states *states = &faults->states;
	uint32_t slot;

	for (slot = 0; lost != states->lost_events && slot < faults->slot_count; slot++) {
		uint32_t place = __atomic_load_n(&faults->slots[slot].place, __ATOMIC_ACQUIRE);

		if (states->of[slot] == SLOT_UNKNOWN && place == PW_PLACE_NONE)
			make_due(states, slot);
	}
	states->lost_events = lost;
}

void faults_find_ended(struct faults *faults)
{
	struct slot_states *states = &faults->states;
	uint32_t slot;

	find_lost(faults);
	for (slot = 0; states->any_due && slot < faults->slot_count; slot++) {
		if (states->of[slot] == SLOT_DUE)
			states->of[slot] = SLOT_OVERDUE;
	}
}

void faults_release_ended(struct faults *faults)
{
	struct slot_states *states = &faults->states;
	bool any_due = false;
	uint32_t slot;

	for (slot = 0; states->any_due && slot < faults->slot_count; slot++) {
		if (states->of[slot] == SLOT_OVERDUE)
			release_slot(states, slot);
		any_due |= states->of[slot] == SLOT_DUE;
	}
	states->any_due = any_due;
}
