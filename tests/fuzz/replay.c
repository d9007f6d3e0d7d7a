/*
 * Gives a fuzz target the files it is called with, and those in folders: what the fuzzer found once
 * and where it starts from, for a compiler that has no libFuzzer.
 *
 *     fuzz_body_replay FILE|FOLDER…    exits with 0 when every check held, 1 where there is nothing
 */
#include <errno.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "fuzz.h"

enum {
    MOST_SECONDS = 30 /* for one file; a sanitizer makes it some ten times slower than it is */
};

static unsigned replayed;

/* Told before, so that the last name is that of the file which failed. */
static int replay(const char *path, const struct stat *st, int type, struct FTW *where)
{
    cleanup_buf struct buf text = {0};
    (void)where;
    if (type != FTW_F)
        return type == FTW_D ? 0 : -1;
    FILE *file = fopen(path, "rb");
    if (!file || !buf_reserve(&text, (size_t)st->st_size + 1))
        return -1;
    text.len = fread(text.data, 1, (size_t)st->st_size, file);
    fclose(file);
    printf("%s\n", path);
    fflush(stdout);
    alarm(MOST_SECONDS);
    LLVMFuzzerTestOneInput((const uint8_t *)text.data, text.len);
    alarm(0);
    replayed++;
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (nftw(argv[i], replay, 16, FTW_PHYS)) {
            fprintf(stderr, "%s: cannot be read: %s\n", argv[i], strerror(errno));
            return 1;
        }
    }
    printf("%u replayed\n", replayed);
    return replayed ? 0 : 1;
}
