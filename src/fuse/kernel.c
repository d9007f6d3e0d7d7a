#include "fuse/kernel.h"

#include <stdlib.h>

bool kernel_drops_negative_dentries(const char *release)
{
    char *behind;
    unsigned long major = strtoul(release, &behind, 10);
    if (behind == release || *behind != '.')
        return false;
    const char *rest = behind + 1;
    unsigned long minor = strtoul(rest, &behind, 10);
    return behind != rest && (major < 6 || (major == 6 && minor < 19));
}
