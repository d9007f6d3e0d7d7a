/*
 * The command line: `transcriptfs [options] CONTENT MOUNTPOINT`, and that of a helper of mount(8).
 */
#ifndef COMMAND_LINE_H
#define COMMAND_LINE_H

#include "options.h"

/* Reads the command line; that of a helper of mount(8) where the program is called mount.…. True to
 * go on; false to exit with *status, after a message, --help or --version. */
bool options_read(int argc, char **argv, struct options *options, int *status);

/* The exit status that the caller expects: mount(8) has its own. */
int options_exit_status(const struct options *options, int status);

#endif
