/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "collect/pages/scan_partner.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "collect/pages/scan_call.h"

enum partner_state { PARTNER_IDLE, PARTNER_ASKED, PARTNER_DONE, PARTNER_ENDED };

struct scan_partner {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum partner_state state;
	int fd, count;
	uint32_t room;
	struct uapi_pm_scan_arg arg;
	struct uapi_page_region *regions;
};

static void set_state(struct scan_partner *partner, enum partner_state state)
{
	pthread_mutex_lock(&partner->lock);
	partner->state = state;
	pthread_cond_signal(&partner->changed);
	pthread_mutex_unlock(&partner->lock);
}

/* Waits until the state is one of two. */
static enum partner_state await_state(struct scan_partner *partner, enum partner_state one,
				      enum partner_state other)
{
	enum partner_state state;

	pthread_mutex_lock(&partner->lock);
	while (partner->state != one && partner->state != other)
		pthread_cond_wait(&partner->changed, &partner->lock);
	state = partner->state;
	pthread_mutex_unlock(&partner->lock);
	return state;
}

static void *serve_calls(void *ctx)
{
	struct scan_partner *partner = ctx;

	while (await_state(partner, PARTNER_ASKED, PARTNER_ENDED) == PARTNER_ASKED) {
		partner->count = scan_call(partner->fd, &partner->arg);
		set_state(partner, PARTNER_DONE);
	}
	return NULL;
}

/* Signals are for the thread that has handlers and masks for them. */
static int start_thread(struct scan_partner *partner)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&partner->thread, NULL, serve_calls, partner);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

static bool have_second_cpu(void)
{
	cpu_set_t cpus;

	return !sched_getaffinity(0, sizeof(cpus), &cpus) && CPU_COUNT(&cpus) > 1;
}

static void free_memory(struct scan_partner *partner)
{
	pthread_cond_destroy(&partner->changed);
	pthread_mutex_destroy(&partner->lock);
	free(partner->regions);
	free(partner);
}

struct scan_partner *scan_partner__new(int fd, uint32_t regions)
{
	struct scan_partner *partner;

	if (!have_second_cpu())
		return NULL;
	partner = calloc(1, sizeof(*partner));
	if (!partner)
		return NULL;
	partner->fd = fd;
	partner->room = regions;
	pthread_mutex_init(&partner->lock, NULL);
	pthread_cond_init(&partner->changed, NULL);
	partner->regions = calloc(regions, sizeof(*partner->regions));
	if (partner->regions && !start_thread(partner))
		return partner;
	free_memory(partner);
	return NULL;
}

void scan_partner__free(struct scan_partner *partner)
{
	if (!partner)
		return;
	await_state(partner, PARTNER_IDLE, PARTNER_DONE);
	set_state(partner, PARTNER_ENDED);
	pthread_join(partner->thread, NULL);
	free_memory(partner);
}

void scan_partner__begin(struct scan_partner *partner, const struct uapi_pm_scan_arg *arg)
{
	partner->arg = *arg;
	partner->arg.vec = (uintptr_t)partner->regions;
	partner->arg.vec_len = partner->room;
	set_state(partner, PARTNER_ASKED);
}

int scan_partner__take(struct scan_partner *partner, struct uapi_pm_scan_arg *arg)
{
	await_state(partner, PARTNER_DONE, PARTNER_DONE);
	set_state(partner, PARTNER_IDLE);
	*arg = partner->arg;
	return partner->count;
}
