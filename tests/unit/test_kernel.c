/* What is made of a release of Linux. */
#include "fuse/kernel.h"
#include "unit.h"

static const struct {
    const char *release;
    bool drops_negative_dentries;
} releases[] = {
    {"2.6.32", true},
    {"5.4.0-150-generic", true},
    {"5.19.0", true},
    {"6.1.0-18-amd64", true},
    {"6.2.0", true},
    {"6.18.44-fc-v595", true},
    {"6.18", true},
    {"6.19.0-rc1", false},
    {"6.19", false},
    {"6.19.3-arch1-1", false},
    {"6.20.0", false},
    {"6.190.0", false},
    {"7.0.0", false},
    {"10.1.0", false},
    /* not understood */
    {"", false},
    {"6", false},
    {"6.", false},
    {"linux", false},
    {"6.x.0", false},
};

static void test_what_is_forgotten(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof releases / sizeof *releases; i++) {
        if (kernel_drops_negative_dentries(releases[i].release) !=
            releases[i].drops_negative_dentries)
            fail_msg("\"%s\"", releases[i].release);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
