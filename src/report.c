#include "report.h"

#include <stdarg.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/utf8.h"

void report(const char *format, ...)
{
    va_list args;
    fputs("transcriptfs: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

void report_later(const char *format, ...)
{
    va_list args;
    openlog("transcriptfs", LOG_PID, LOG_DAEMON);
    va_start(args, format);
    vsyslog(LOG_NOTICE, format, args);
    va_end(args);
}

static void put_escaped(FILE *to, struct slice text)
{
    size_t len;
    for (; text.len; text = slice_skip(text, len)) {
        int32_t code = utf8_decode(text, &len);
        for (size_t i = 0; i < len; i++)
            fprintf(to, code < 0 || utf8_is_control(code) ? "\\x%02x" : "%c",
                    (unsigned)(unsigned char)text.data[i]);
    }
}

void report_problem(FILE *to, struct slice file, uint32_t line, uint32_t column, struct slice what,
                    struct slice action)
{
    put_escaped(to, file);
    fputc(':', to);
    if (line)
        fprintf(to, "%u:", (unsigned)line);
    if (line && column)
        fprintf(to, "%u:", (unsigned)column);
    fputc(' ', to);
    put_escaped(to, what);
    if (action.len) {
        fputs("; ", to);
        put_escaped(to, action);
    }
    fputc('\n', to);
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
