/*
 * A memory limit for a library that cannot handle an allocation failure: cmark aborts, or follows a
 * null pointer. Inside a guard the library allocates here. If memory runs out or the limit is
 * reached, the guard leaves the work with longjmp() and frees all that the library allocated.
 *
 * The jump skips the cleanup of `work` and of all that it calls: while the library runs, these hold
 * no lock, and their variables own no memory but the library's.
 */
#ifndef SYNTAX_ALLOC_GUARD_H
#define SYNTAX_ALLOC_GUARD_H

#include <stddef.h>
#include <stdint.h>

/* Calls work() with a limit of `most` bytes, then frees all that the library still has, much faster
 * than the library would. 0; -E2BIG if it asked for more; -ENOMEM. The guards of a thread do not
 * nest. */
int alloc_guard_run(uint64_t most, void (*work)(void *context), void *context);

/* The allocator for use inside a guard. None of these returns NULL. */
void *alloc_guard_calloc(size_t count, size_t size);
void *alloc_guard_realloc(void *memory, size_t size);
void alloc_guard_free(void *memory);

/* A checkpoint inside a guard. alloc_guard_forget_since() frees all that the library allocated
 * since, and nothing older. */
struct alloc_guard_mark {
    void *newest;
    char *at;
    size_t room;
    uint64_t used;
};
struct alloc_guard_mark alloc_guard_mark(void);
void alloc_guard_forget_since(const struct alloc_guard_mark *mark);

#endif
