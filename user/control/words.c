/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/words.h"

#include <errno.h>
#include <sys/socket.h>

int word_send(int link, const struct word *word)
{
	ssize_t sent;

	do
		sent = send(link, word, sizeof(*word), MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)sizeof(*word) ? 0 : sent < 0 ? -errno : -EIO;
}

int word_receive(int link, struct word *ret)
{
	ssize_t got;

	do
		got = recv(link, ret, sizeof(*ret), 0);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == ECONNRESET ? 0 : -errno;
	return got == (ssize_t)sizeof(*ret);
}
