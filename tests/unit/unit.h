/* What the unit tests share. */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/slice.h"

/* The slice holds just this text. */
#define assert_slice(slice_, text_)                                                         \
    do {                                                                                    \
        struct slice is_ = (slice_);                                                        \
        const char *wanted_ = (text_);                                                      \
        if (!slice_equal(is_, slice_of(wanted_)))                                           \
            fail_msg("\"%.*s\" in place of \"%s\"", (int)is_.len, is_.data ? is_.data : "", \
                     wanted_);                                                              \
    } while (0)

#endif
