#include "report.h"

#include <stdarg.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/utf8.h"

/* Where messages go when nobody reads standard error any more; NULL: there. */
static void (*sink)(void *context, const char *message);
static void *sink_context;

void report_through(void (*to)(void *context, const char *message), void *context)
{
    sink = to;
    sink_context = context;
}

void report_to_log(void *context, const char *message)
{
    (void)context;
    openlog("transcriptfs", LOG_PID, LOG_DAEMON); /* not the name of a helper of mount(8) */
    syslog(LOG_NOTICE, "%s", message);
}

/* Names of files may stand in a message. */
void report(const char *format, ...)
{
    cleanup_buf struct buf escaped = {0};
    cleanup_free char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    struct slice rest = text ? slice_of(text) : SLICE("no memory"), line_of_it;
    while (slice_take(&rest, '\n', &line_of_it)) {
        utf8_add_visible(&escaped, line_of_it);
        if (rest.data)
            buf_add_byte(&escaped, '\n');
    }
    const char *line = escaped.failed ? "no memory" : escaped.len ? escaped.data : "";
    if (sink)
        sink(sink_context, line);
    else
        fprintf(stderr, "transcriptfs: %s\n", line);
}

void report_problem(FILE *to, struct slice file, uint32_t line, uint32_t column, struct slice what,
                    struct slice action)
{
    cleanup_buf struct buf out = {0};
    utf8_add_visible(&out, file);
    buf_add_byte(&out, ':');
    if (line)
        buf_printf(&out, "%u:", (unsigned)line);
    if (line && column)
        buf_printf(&out, "%u:", (unsigned)column);
    buf_add_byte(&out, ' ');
    utf8_add_visible(&out, what);
    if (action.len) {
        buf_add_text(&out, "; ");
        utf8_add_visible(&out, action);
    }
    buf_add_byte(&out, '\n');
    if (!out.failed)
        (void)fwrite(out.data, 1, out.len, to);
}

void report_problems(FILE *to, const struct problems *problems)
{
    for (uint32_t i = 0; i < problems->count; i++) {
        const struct problem *problem = &problems->at[i];
        report_problem(to, problem->path, problem->line, problem->column, problem->what,
                       problem->action);
    }
}

const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

struct progress progress_begin(const char *verb, bool quiet)
{
    double start = quiet || !isatty(STDERR_FILENO) ? 0 : now();
    return (struct progress){.verb = verb, .start = start, .last = start + 0.4};
}

void progress_step(void *progress_, size_t done, size_t all)
{
    struct progress *progress = progress_;
    if (progress->start == 0)
        return;
    if (done >= all) {
        progress_end(progress);
        return;
    }
    double time = now();
    if (time - progress->last < 0.1)
        return;
    progress->last = time;
    progress->is_shown = true;
    fprintf(stderr, "\r%s %zu of %zu files (%zu %%)\033[K", progress->verb, done, all,
            all ? done * 100 / all : 100);
    fflush(stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->is_shown)
        fputs("\r\033[K", stderr);
    progress->is_shown = false;
}
