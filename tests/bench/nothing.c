/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The command that does nothing, under a name that nobody else has. */
int main(void)
{
	return 0;
}
