/*
 * Asks for the size of one file of an episode, once: what tests/mount/test_cost.py counts the
 * instructions of.
 *     count CONTENT_FILE [NAME]
 * NAME is a file or folder of an episode; without it the episode is scanned and no body is read.
 */
#include "../fuzz/fuzz.h"
#include "../fuzz/memory.h"

static struct slice read_all(const char *path)
{
    struct buf all = {0};
    char part[4096];
    size_t got;
    FILE *file = fopen(path, "rb");
    CHECK(file);
    while ((got = fread(part, 1, sizeof part, file)) > 0)
        buf_add(&all, part, got);
    fclose(file);
    CHECK(!all.failed && all.len);
    return buf_slice(&all);
}

int main(int argc, char **argv)
{
    struct memory memory;
    struct tree_attr attr = {.id = TREE_ROOT};
    CHECK(argc == 2 || argc == 3);
    memory_open(&memory);
    struct slice bytes = read_all(argv[1]);
    CHECK(memory_put(&memory, SLICE("it.md"), bytes));
    memory_publish(&memory, NULL, NULL);
    const char *const path[] = {"episodes", "it", argv[2]};
    for (int i = 0; i <= argc - 1; i++)
        CHECK(tree_lookup(memory.tree, attr.id, path[i], &attr) == 0);
    memory_close(&memory);
    free((void *)(uintptr_t)bytes.data);
    return 0;
}
