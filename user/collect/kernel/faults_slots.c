/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Who has which slot of the target table. The kernel side gives a slot to a new address space and
 * tells us by a record. It keeps the slot after the end, until we have read the counts and free it.
 *
 * A slot must not be freed while a record about it may still lie in the ring: the record would be
 * taken for one of the next address space with that slot.
 */
#include <errno.h>
#include <stdlib.h>

#include "collect/kernel/faults_priv.h"

int faults_open_slots(struct faults *faults)
{
	faults->states.of = calloc(faults->slot_count, sizeof(*faults->states.of));
	return faults->states.of ? 0 : -ENOMEM;
}

void faults_close_slots(struct faults *faults)
{
	free(faults->states.of);
}

static int end_state(struct faults *faults, uint32_t slot)
{
	faults->states.of[slot] = SLOT_UNKNOWN;
	return faults_free_slot(faults, slot);
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
		return end_state(faults, slot);
	if (states->of[slot] == SLOT_TOLD)
		make_due(states, slot);
	return left;
}

void faults_hand_out(struct faults *faults, uint32_t slot)
{
	if (slot < faults->slot_count)
		faults->states.of[slot] = SLOT_TOLD;
}

static int note_end(struct faults *faults, uint32_t slot)
{
	unsigned char *state = &faults->states.of[slot % faults->slot_count];
	int err = 0;

	if (*state == SLOT_UNKNOWN)
		err = end_state(faults, slot);
	else if (*state == SLOT_TOLD)
		*state = SLOT_ENDED;
	return err ? err : *state == SLOT_ENDED;
}

int faults_note_slots(struct faults *faults, const struct map_event *event)
{
	if (event->type == MAP_EVENT_FORK)
		faults_hand_out(faults, event->process.other_slot);
	else if (event->type == MAP_EVENT_EXEC)
		faults_hand_out(faults, event->slot);
	else if (event->type == MAP_EVENT_MM_END)
		return note_end(faults, event->slot);
	return 1;
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

int faults_free_ended(struct faults *faults)
{
	struct slot_states *states = &faults->states;
	bool any_due = false;
	uint32_t slot;
	int err = 0;

	for (slot = 0; !err && states->any_due && slot < faults->slot_count; slot++) {
		if (states->of[slot] == SLOT_OVERDUE)
			err = end_state(faults, slot);
		any_due |= states->of[slot] == SLOT_DUE;
	}
	states->any_due = err || any_due;
	return err;
}
