/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The recording of a command. It becomes visible under its name with its first moment; until then a
 * file of that name stays as it is.
 */
#ifndef COMMANDS_RECORDER_H
#define COMMANDS_RECORDER_H

#include <stdbool.h>

#include "model/moment.h"
#include "store/recording.h"

struct recorder {	  /* all zero: there is none */
	const char *name; /* as it was typed, checked (record_name.h); borrowed */
	char host[65];
	char *path;	 /* once it has its name */
	char *temporary; /* until then */
	struct recording *recording;
};

/* 0 or -errno, logged. */
int recorder__open(struct recorder *recorder, const char *name);

/* Without a recording it does nothing. 0 or -errno, logged: the moments before are in the file. */
int recorder__add(struct recorder *recorder, const struct moment *moment);

void recorder__close(struct recorder *recorder);

#endif
