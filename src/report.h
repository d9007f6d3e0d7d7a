/*
 * Telling a person: messages, problems of the content, progress. What comes from content is
 * escaped, so that it cannot drive a terminal.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdio.h>

#include "source/content.h"

/* "transcriptfs: …" on standard error. What is no text to a terminal is escaped. */
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* From now on messages go there: nobody reads standard error any more. */
void report_through(void (*sink)(void *context, const char *message), void *context);

/* Such a sink: the system's log. */
void report_to_log(void *context, const char *message);

/* "file:line:column: message (what was done)"; line and column only where they are known. */
void report_problem(FILE *to, struct slice file, uint32_t line, uint32_t column, struct slice what,
                    struct slice action);

/* The same of all of them, a line each. */
void report_problems(FILE *to, const struct problems *problems);

/* What makes a noun a plural: "%zu file%s". */
const char *plural(size_t count);

/* A line on standard error that counts files; nothing where that is no terminal, and nothing before
 * half a second has passed. */
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
