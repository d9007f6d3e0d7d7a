#include "edge/kernel.h"

#include <stdio.h>

bool kernel_forgets_absent(const char *release)
{
    unsigned major, minor;
    if (sscanf(release, "%3u.%3u", &major, &minor) != 2)
        return false;
    return major < 6 || (major == 6 && minor < 19);
}
