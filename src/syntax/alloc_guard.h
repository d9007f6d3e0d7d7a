/*
 * A guard around a library that cannot be told that memory has ended. cmark ends the process, or
 * follows a null pointer; inside a guard it gets its memory from here, and where there is none, or
 * it wants more than it may have, the work is left in the middle and all that it had is freed.
 *
 * What is left in the middle must be the library's alone: no lock is held and no memory of ours is
 * owned by a variable of `work` or of what that calls while the library runs.
 */
#ifndef SYNTAX_ALLOC_GUARD_H
#define SYNTAX_ALLOC_GUARD_H

#include <stddef.h>
#include <stdint.h>

/* Does the work with at most `most` bytes. 0; -E2BIG where it wanted more; -ENOMEM. What it left
 * behind is freed in any case, and much faster than by the library. Fences of a thread do not nest.
 */
int alloc_guard_run(uint64_t most, void (*work)(void *context), void *context);

/* The memory to be used inside, zeroed by the first. None of them returns NULL. */
void *alloc_guard_calloc(size_t count, size_t size);
void *alloc_guard_realloc(void *memory, size_t size);
void alloc_guard_free(void *memory);

/* A place in time inside a guard; all that the library has got since then, and nothing that was
 * there before, is freed at once. */
struct alloc_guard_mark {
    void *newest;
    char *at;
    size_t room;
    uint64_t used;
};
struct alloc_guard_mark alloc_guard_mark(void);
void alloc_guard_forget_since(const struct alloc_guard_mark *mark);

#endif
