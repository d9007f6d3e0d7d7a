/* What passes between the kernel and libfuse. */
#define FUSE_USE_VERSION 314

#include <fuse_lowlevel.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "fuse/init_replay.h"
#include "unit.h"

enum { PAGE = 4096, PAGES = 4 };

/* Memory that nobody has touched. */
static char *new_pages(void)
{
    char *pages = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                       0);
    assert_ptr_not_equal(pages, MAP_FAILED);
    madvise(pages, PAGES * PAGE, MADV_NOHUGEPAGE);
    return pages;
}

static int pages_there(char *pages)
{
    unsigned char is_there[PAGES];
    int count = 0;
    assert_int_equal(mincore(pages, PAGES * PAGE, is_there), 0);
    for (int i = 0; i < PAGES; i++)
        count += is_there[i] & 1;
    return count;
}

/* Nothing is copied by these calls: what is there, is there before. */
static void test_memory_is_there_before_the_kernel_copies(void **state)
{
    (void)state;
    struct init_state init_state = {.is_done = true};
    char *request = new_pages(), *reply = new_pages();
    struct iovec parts[] = {{NULL, 0}, {reply + PAGE - 1, PAGE + 2}};

    assert_int_equal(pages_there(request), 0);
    assert_int_equal(init_replay_io.read(-1, request, PAGES * PAGE, &init_state), -1);
    assert_int_equal(pages_there(request), 3);

    assert_int_equal(pages_there(reply), 0);
    assert_int_equal(init_replay_io.writev(-1, parts, 2, &init_state), -1);
    assert_int_equal(pages_there(reply), 3);

    munmap(request, PAGES * PAGE);
    munmap(reply, PAGES * PAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_there_before_the_kernel_copies)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
