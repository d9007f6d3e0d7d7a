/* by-date/2025/10/23/<entry>. The folder of an unknown day is XX, as in EDTF (ISO 8601-2). */
#include <errno.h>
#include <stdio.h>

#include "nodes/nodes.h"

/* i of a year is date_code(year, 0, 0), of a month date_code(year, month, 0). A day may be 0 too;
 * its kind distinguishes it from a month. */
enum {
    DAY_BITS = 0x1F,
    MONTH_BITS = 0x1E0,
    YEAR_SPAN = 1 << 9,
    MONTH_SPAN = 1 << 5,
    LAST_YEAR = 9999,
};

/* Whether a span of dates has an episode. */
static bool has_dates(const struct corpus *corpus, uint32_t code, uint32_t span)
{
    uint32_t first = corpus_find_date(corpus, code);
    return first < corpus->dated_count &&
           code_of_date(&corpus->episodes[corpus->dated[first]]->head.date) < code + span;
}

bool dates_in(const struct corpus *corpus, uint32_t code, enum date_span span)
{
    return span == DATE_YEAR
               ? has_dates(corpus, code & ~(uint32_t)(MONTH_BITS | DAY_BITS), YEAR_SPAN)
           : span == DATE_MONTH ? has_dates(corpus, code & ~(uint32_t)DAY_BITS, MONTH_SPAN)
                                : has_dates(corpus, code, 1);
}

static int name_number(struct child *child, int digits, unsigned number)
{
    int len = snprintf(child->text, sizeof child->text, "%0*u", digits, number);
    child->name = (struct slice){child->text, (size_t)len};
    return 0;
}

static uint64_t date_identity(const struct scope *scope)
{
    return scope->node.i;
}

/* --- by-date ---------------------------------------------------------------------------------- */

static int dates_check(struct scope *scope)
{
    return scope->corpus->date_view.len && !scope->node.i ? 0 : -ESTALE;
}

static int year_at(struct child *child, uint32_t year)
{
    child->node = (struct node){.kind = KIND_YEAR, .i = date_code(year, 0, 0)};
    return name_number(child, 4, year);
}

/* The index of a year is the year. */
static int dates_child(struct scope *scope, uint64_t index, struct child *child)
{
    if (index > LAST_YEAR)
        return -ENOENT;
    if (!has_dates(scope->corpus, date_code((unsigned)index, 0, 0), YEAR_SPAN))
        return CHILD_GAP;
    return year_at(child, (uint32_t)index);
}

static int dates_find(struct scope *scope, struct slice name, struct child *child)
{
    uint32_t year = 0;
    if (name.len != 4)
        return -ENOENT;
    for (size_t i = 0; i < name.len; i++) {
        if (name.data[i] < '0' || name.data[i] > '9')
            return -ENOENT;
        year = year * 10 + (uint32_t)(name.data[i] - '0');
    }
    bool is_there = has_dates(scope->corpus, date_code(year, 0, 0), YEAR_SPAN);
    return is_there ? year_at(child, year) : -ENOENT;
}

static uint32_t dates_folders(struct scope *scope)
{
    uint32_t count = 0;
    for (unsigned year = 0; year <= LAST_YEAR; year++)
        count += has_dates(scope->corpus, date_code(year, 0, 0), YEAR_SPAN);
    return count;
}

/* --- by-date/2025 ----------------------------------------------------------------------------- */

static int year_check(struct scope *scope)
{
    uint32_t code = scope->node.i;
    return !(code & (MONTH_BITS | DAY_BITS)) && has_dates(scope->corpus, code, YEAR_SPAN) ? 0
                                                                                          : -ESTALE;
}

static struct node year_parent(const struct scope *scope)
{
    (void)scope;
    return (struct node){.kind = KIND_DATES};
}

static int year_child(struct scope *scope, uint64_t index, struct child *child)
{
    if (index >= 12)
        return -ENOENT;
    uint32_t month = (uint32_t)index + 1;
    uint32_t code = scope->node.i + date_code(0, month, 0);
    if (!has_dates(scope->corpus, code, MONTH_SPAN))
        return CHILD_GAP;
    child->node = (struct node){.kind = KIND_MONTH, .i = code};
    return name_number(child, 2, month);
}

static uint32_t year_folders(struct scope *scope)
{
    uint32_t count = 0;
    for (uint32_t month = 1; month <= 12; month++)
        count += has_dates(scope->corpus, scope->node.i + date_code(0, month, 0), MONTH_SPAN);
    return count;
}

/* --- by-date/2025/10 -------------------------------------------------------------------------- */

static int month_check(struct scope *scope)
{
    uint32_t code = scope->node.i;
    return !(code & DAY_BITS) && (code & MONTH_BITS) && has_dates(scope->corpus, code, MONTH_SPAN)
               ? 0
               : -ESTALE;
}

static struct node month_parent(const struct scope *scope)
{
    return (struct node){.kind = KIND_YEAR, .i = scope->node.i & ~(uint32_t)MONTH_BITS};
}

static int month_child(struct scope *scope, uint64_t index, struct child *child)
{
    if (index >= MONTH_SPAN)
        return -ENOENT;
    /* The unknown day comes last, as its name sorts. */
    uint32_t day = (uint32_t)(index + 1) % MONTH_SPAN;
    if (!has_dates(scope->corpus, scope->node.i + day, 1))
        return CHILD_GAP;
    child->node = (struct node){.kind = KIND_DAY, .i = scope->node.i + day};
    child->name = SLICE("XX");
    return day ? name_number(child, 2, day) : 0;
}

static uint32_t month_folders(struct scope *scope)
{
    uint32_t count = 0;
    for (uint32_t day = 0; day < MONTH_SPAN; day++)
        count += has_dates(scope->corpus, scope->node.i + day, 1);
    return count;
}

/* --- by-date/2025/10/23 and its entries ------------------------------------------------------- */

static int day_check(struct scope *scope)
{
    return has_dates(scope->corpus, scope->node.i, 1) ? 0 : -ESTALE;
}

static struct node day_parent(const struct scope *scope)
{
    return (struct node){.kind = KIND_MONTH, .i = scope->node.i & ~(uint32_t)DAY_BITS};
}

static struct links links_of_day(const struct scope *scope)
{
    const struct corpus *corpus = scope->corpus;
    uint32_t first = corpus_find_date(corpus, scope->node.i);
    uint32_t count = corpus_find_date(corpus, scope->node.i + 1) - first;
    return (struct links){KIND_DATE_ENTRY, count ? corpus->dated + first : NULL, count, 0};
}

static int day_child(struct scope *scope, uint64_t index, struct child *child)
{
    const struct links links = links_of_day(scope);
    return links_child(scope, &links, index, child);
}

static uint64_t day_seek(struct scope *scope, unsigned list, struct slice name)
{
    const struct links links = links_of_day(scope);
    (void)list;
    return links_seek(scope, &links, name);
}

static int day_find(struct scope *scope, struct slice name, struct child *child)
{
    const struct links links = links_of_day(scope);
    return links_find(scope, &links, name, child);
}

static int date_entry_check(struct scope *scope)
{
    const struct links links = links_of_day(scope);
    return scope->corpus->date_view.len ? links_check(scope, &links) : -ESTALE;
}

static int date_entry_target(struct scope *scope, struct buf *target)
{
    buf_add_text(target, "../../../../episodes/");
    buf_add_slice(target, scope->corpus->episodes[scope->node.j]->name);
    return 0;
}

/* --- the operations --------------------------------------------------------------------------- */

const struct node_ops dates_ops = {
    .check = dates_check,
    .parent = scope_root,
    .child = dates_child,
    .find = dates_find,
    .folders = dates_folders,
};

const struct node_ops year_ops = {
    .check = year_check,
    .identity = date_identity,
    .parent = year_parent,
    .child = year_child,
    .folders = year_folders,
};

const struct node_ops month_ops = {
    .check = month_check,
    .identity = date_identity,
    .parent = month_parent,
    .child = month_child,
    .folders = month_folders,
};

const struct node_ops day_ops = {
    .check = day_check,
    .identity = date_identity,
    .parent = day_parent,
    .child = day_child,
    .find = day_find,
    .seek = day_seek,
};

const struct node_ops date_entry_ops = {
    .check = date_entry_check,
    .identity = entry_identity,
    .stamps = entry_stamps,
    .target = date_entry_target,
};
