/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* One function per command: argv -> engine -> renderer -> exit status. */
#ifndef COMMANDS_COMMANDS_H
#define COMMANDS_COMMANDS_H

int command_watch(int argc, char **argv);
int command_snap(int argc, char **argv);
int command_record(int argc, char **argv);
int command_report(int argc, char **argv);
int command_diff(int argc, char **argv);
int command_run(int argc, char **argv);
int command_check(int argc, char **argv);
int command_probe(int argc, char **argv);
int command_file(int argc, char **argv);

#endif
