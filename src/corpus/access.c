#include "corpus/access.h"

enum {
    READ = 0444,
    OWNER_READS = 0400,
    GROUP_READS = 0040,
    OTHERS_READ = 0004,
    ENTER = 0111,
    READ_TO_ENTER = 2, /* the shift from the read bit to the search bit */
};

struct access access_shown(const struct access_rule *rule, const struct access *source)
{
    bool has_owner = rule->follows_source && !rule->has_uid;
    bool has_group = rule->follows_source && !rule->has_gid;
    bool has_mode = rule->follows_source && !rule->has_umask;
    return (struct access){
        .uid = has_owner ? source->uid : rule->uid,
        .gid = has_group ? source->gid : rule->gid,
        .mode = has_mode ? source->mode : (READ | ENTER) & ~rule->umask,
    };
}

struct access access_of_gathered(const struct access *folder)
{
    struct access access = *folder;
    access.mode &= READ & (folder->mode & ENTER) << READ_TO_ENTER;
    return access;
}

struct access access_of_folder(const struct access *file)
{
    struct access access = *file;
    access.mode &= READ;
    access.mode |= access.mode >> READ_TO_ENTER;
    return access;
}

/*
 * The kernel checks one class of a user only: a member of a group that may not read cannot read as
 * one of the others. So a user of one class for one file and of another class for the other file
 * may read both only if several classes may read this one.
 */
bool access_is_less(const struct access_rule *rule, const struct access *one_,
                    const struct access *all_)
{
    if (!rule->follows_source || rule->has_umask)
        return false;
    const struct access one = access_shown(rule, one_), all = access_shown(rule, all_);
    bool is_same_group = one.gid == all.gid;
    bool group_reads = one.mode & GROUP_READS;
    bool group_and_others = group_reads && one.mode & OTHERS_READ;
    bool for_owner = one.mode & OWNER_READS &&
                     (one.uid == all.uid || group_and_others || (is_same_group && group_reads));
    bool for_group = is_same_group ? group_reads : group_and_others;
    bool for_others = is_same_group ? one.mode & OTHERS_READ : group_and_others;
    return !for_owner || (all.mode & GROUP_READS && !for_group) ||
           (all.mode & OTHERS_READ && !for_others);
}
