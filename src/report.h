/*
 * Reporting to the user: messages, problems of the content, progress. It escapes text that comes
 * from the content, so the text cannot control a terminal.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdio.h>

#include "source/content.h"

/* Prints "transcriptfs: …" to standard error, with control characters escaped. */
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Sends every later message to this sink instead of standard error. */
void report_through(void (*sink)(void *context, const char *message), void *context);

/* A sink: syslog. */
void report_to_log(void *context, const char *message);

/* Prints "file:line:column: message; action"; without line and column if they are 0. */
void report_problem(FILE *to, struct slice file, uint32_t line, uint32_t column, struct slice what,
                    struct slice action);

/* Prints all of them, one a line. */
void report_problems(FILE *to, const struct problems *problems);

/* The plural's ending, for "%zu file%s". */
const char *plural(size_t count);

/* Counts files in a line on standard error, from half a second after the start; silent if standard
 * error is no terminal. */
struct progress {
    const char *verb; /* "reading" */
    double start;     /* seconds */
    double last;
    bool is_shown;
};
struct progress progress_begin(const char *verb, bool quiet);
void progress_step(void *progress, size_t done, size_t all);
void progress_end(struct progress *progress);

#endif
