#include "source/following.h"

#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "base/cleanup.h"
#include "base/path.h"

/* --- the table of file systems ------------------------------------------------------------------
 */

enum where { LOCAL, OVERLAY, NETWORK };

struct file_system {
    unsigned long magic;
    enum where where;
    const char *why; /* of NETWORK */
};

static const char on_network[] = "the content is on a network file system",
                  on_smb[] = "the content is on SMB",
                  on_host[] = "the content is in a folder that the virtual machine's host shares";

/* Numbers that linux/magic.h lacks are from the sources of their file systems. */
static const struct file_system known[] = {
    {NFS_SUPER_MAGIC, NETWORK, "the content is on NFS"},
    {SMB_SUPER_MAGIC, NETWORK, on_smb},
    {0xFF534D42, NETWORK, on_smb}, /* CIFS */
    {0xFE534D42, NETWORK, on_smb}, /* SMB 2 */
    {0x00C36400, NETWORK, "the content is on CephFS"},
    {V9FS_MAGIC, NETWORK, "the content is on 9P"},
    {0x786F4256, NETWORK, on_host}, /* vboxsf */
    {0x7C7C6673, NETWORK, on_host}, /* prl_fs */
    {0xBACBACBC, NETWORK, on_host}, /* vmhgfs */
    {ECRYPTFS_SUPER_MAGIC, NETWORK, "the content is on eCryptfs, below which it may be changed"},
    {AFS_SUPER_MAGIC, NETWORK, on_network},
    {0x6B414653, NETWORK, on_network}, /* AFS of the kernel */
    {CODA_SUPER_MAGIC, NETWORK, on_network},
    {OCFS2_SUPER_MAGIC, NETWORK, on_network},
    {0x01161970, NETWORK, on_network}, /* GFS2 */
    {0x0BD00BD0, NETWORK, on_network}, /* Lustre */
    {0x19830326, NETWORK, on_network}, /* BeeGFS */
    {0x47504653, NETWORK, on_network}, /* GPFS */
    {FUSE_SUPER_MAGIC, NETWORK, "the content is on a FUSE file system, such as SSHFS"},
    {OVERLAYFS_SUPER_MAGIC, OVERLAY, NULL},
    {EXT4_SUPER_MAGIC, LOCAL, NULL}, /* and ext2, ext3 */
    {XFS_SUPER_MAGIC, LOCAL, NULL},
    {BTRFS_SUPER_MAGIC, LOCAL, NULL},
    {F2FS_SUPER_MAGIC, LOCAL, NULL},
    {0x2FC12FC1, LOCAL, NULL}, /* ZFS */
    {0xCA451A4E, LOCAL, NULL}, /* bcachefs */
    {TMPFS_MAGIC, LOCAL, NULL},
    {RAMFS_MAGIC, LOCAL, NULL},
    {0x3153464A, LOCAL, NULL}, /* JFS */
    {REISERFS_SUPER_MAGIC, LOCAL, NULL},
    {NILFS_SUPER_MAGIC, LOCAL, NULL},
    {SQUASHFS_MAGIC, LOCAL, NULL},
    {EROFS_SUPER_MAGIC_V1, LOCAL, NULL},
    {ISOFS_SUPER_MAGIC, LOCAL, NULL},
    {UDF_SUPER_MAGIC, LOCAL, NULL},
    {MSDOS_SUPER_MAGIC, LOCAL, NULL}, /* and VFAT */
    {0x2011BAB0, LOCAL, NULL},        /* exFAT */
    {0x5346544E, LOCAL, NULL},        /* NTFS */
    {0x7366746E, LOCAL, NULL},        /* NTFS3 */
    {0x482B, LOCAL, NULL},            /* HFS+ */
    {0x24051905, LOCAL, NULL},        /* UBIFS */
    {JFFS2_SUPER_MAGIC, LOCAL, NULL},
};

static const struct file_system *find(unsigned long magic)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].magic == (magic & 0xFFFFFFFF))
            return &known[i];
    }
    return NULL;
}

/* --- overlay file systems -----------------------------------------------------------------------
 */

static bool is_network(const char *path)
{
    struct statfs fs;
    const struct file_system *found = statfs(path, &fs) ? NULL : find((unsigned long)fs.f_type);
    return found && found->where == NETWORK;
}

/* `folders` are separated by colons; a backslash escapes a colon in a path. */
static bool has_network(char *folders)
{
    for (char *at = folders, *to = folders, *path = folders;; at++) {
        if (*at == '\\' && at[1]) {
            *to++ = *++at;
        } else if (*at && *at != ':') {
            *to++ = *at;
        } else {
            bool is_last = !*at;
            *to++ = '\0';
            if (is_network(path))
                return true;
            if (is_last)
                return false;
            path = to;
        }
    }
}

/* Whether one of the lower folders in the options is on a network. A folder that is out of reach
 * does not count. */
static bool has_network_below(const char *options)
{
    struct slice rest = slice_of(options), option;
    bool is_found = false;
    while (!is_found && slice_take(&rest, ',', &option)) {
        size_t name = slice_starts(option, SLICE("lowerdir="))    ? strlen("lowerdir=")
                      : slice_starts(option, SLICE("lowerdir+=")) ? strlen("lowerdir+=")
                                                                  : 0;
        cleanup_free char *folders = name ? strndup(option.data + name, option.len - name) : NULL;
        if (!folders)
            continue;
        path_decode_octal(folders);
        is_found = has_network(folders);
    }
    return is_found;
}

/* The options of a file system in a line of mountinfo (proc(5)), if the third field is `device`;
 * else NULL. */
static const char *options_of(char *line, const char *device)
{
    const char *parent = strchr(line, ' ');
    const char *third = parent ? strchr(parent + 1, ' ') : NULL;
    const char *behind = strstr(line, " - ");
    if (!third || !behind || strncmp(third, device, strlen(device)) != 0)
        return NULL;
    line[strcspn(line, "\n")] = '\0';
    return strrchr(behind, ' ') + 1;
}

static bool is_network_below(int folder)
{
    struct stat st;
    char device[64];
    FILE *table = fstat(folder, &st) ? NULL : fopen("/proc/self/mountinfo", "re");
    cleanup_free char *line = NULL;
    const char *options = NULL;
    size_t room = 0;
    if (table)
        snprintf(device, sizeof device, " %u:%u ", major(st.st_dev), minor(st.st_dev));
    while (table && !options && getline(&line, &room, table) > 0)
        options = options_of(line, device);
    if (table)
        fclose(table);
    return options && has_network_below(options);
}

struct following following_of(int folder)
{
    static const struct following local = {FOLLOW_AUDIT, true, "the content is on this machine"};
    struct statfs fs;
    if (fstatfs(folder, &fs))
        return local;
    const struct file_system *found = find((unsigned long)fs.f_type);
    if (!found)
        return (struct following){FOLLOW_UNKNOWN, true, "the content is on an unknown file system"};
    if (found->where == NETWORK)
        return (struct following){FOLLOW_NETWORK, false, found->why};
    if (found->where == OVERLAY && is_network_below(folder))
        return (struct following){FOLLOW_NETWORK, false,
                                  "the content is on an overlay over a network file system"};
    return local;
}
