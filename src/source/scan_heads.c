#include "source/scan_heads.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "corpus/build.h"
#include "index/beside.h"
#include "transcript/scan.h"

struct head_readers {
    const struct content_folder *folder;
    struct content_scan *scan;
    const struct content_scan_progress *progress;
    size_t done; /* by all threads; for the progress */
    int err;     /* 0 or -ENOMEM */
};

/* Reads the file in growing steps, up to the limit, until the head is complete. */
static int read_head(struct content_file *opened, struct scanned *file, struct arena *arena,
                     struct diags *diags, const struct content_folder *folder,
                     struct sidecars *beside)
{
    cleanup_buf struct buf head = {0};
    uint64_t size = (uint64_t)file->id.size, most = folder->limits->at[LIMIT_FILE];

    for (size_t want = CONTENT_FIRST_READ;; want *= 4) {
        want = want < most ? want : (size_t)most;
        int err = content_read(opened, head.len, want - head.len, &head);
        if (err)
            return err;
        bool is_all = head.len >= size || head.len < want || want == most;
        err = scan_head(arena, file->path, buf_slice(&head), is_all, &folder->config,
                        folder->limits, beside, diags, &file->head, &file->facts);
        if (err != -EAGAIN)
            return err;
    }
}

static int read_front(struct content_file *opened, struct scanned *file, struct arena *arena,
                      struct diags *diags, const struct content_folder *folder,
                      struct sidecars *beside)
{
    cleanup_parse_guard struct parse_guard guard = parse_guard_begin(
        folder->quarantine, GUARDED_HEAD, file->path, &file->id);
    if (guard.is_quarantined) {
        parse_guard_report(&guard, diags);
        return 0;
    }
    int err = read_head(opened, file, arena, diags, folder, beside);
    guard.has_passed = !err;
    return err;
}

int head_find_words(const struct content_folder *folder, const struct corpus *old,
                    struct slice path, const struct file_id *id, bool *has_words)
{
    uint32_t number = old ? corpus_find_path(old, path) : NO_INDEX;
    struct arena arena = {0};
    struct diags unheard = {.arena = &arena, .count = DIAGS_MAX};
    struct scanned file = {.path = path};
    if (number != NO_INDEX && file_id_equal(&old->episodes[number]->id, id)) {
        *has_words = old->episodes[number]->head.has_body ||
                     quarantine_guilt(folder->quarantine, GUARDED_BODY, path, id);
        return 0;
    }
    cleanup_(content_close_file) struct content_file opened;
    struct sidecars none = sidecars_begin(&arena);
    int err = content_open_file(folder, path.data, &opened);
    file.id = opened.id;
    if (!err)
        err = read_front(&opened, &file, &arena, &unheard, folder, &none);
    *has_words = err || file.head.has_body;
    arena_free(&arena);
    return error_passes(err) ? err : 0;
}

static bool is_private(const struct scanned *file, const struct companion *companion)
{
    const struct access_rule by_source = {.follows_source = true};
    return access_is_less(&by_source, &companion->id.access, &file->id.access);
}

static void tell_private(const struct companion *companion, const char *done, struct diags *diags)
{
    struct slice name = path_base(companion->path);
    diags_add(diags, 0, 0, done, "%.*s: fewer may read it than the transcript", (int)name.len,
              name.data);
}

/* Leaves out companions with stricter permissions than the file: the episode would reveal them. */
static void hide_private(struct scanned *file, struct diags *diags)
{
    for (uint32_t i = 0; i < file->companions.count; i++) {
        struct companion *companion = &file->companions.at[i];
        if (!is_private(file, companion))
            continue;
        if (companion->role != COMPANION_VARIANT)
            tell_private(companion, "it is left out", diags);
        companion->role = COMPANION_PRIVATE;
    }
}

/* Finds the track in the spoken language. Reports a problem if that is one of `all` that
 * hide_private() left out. */
static void find_spoken(const struct content_folder *folder, struct scanned *file,
                        struct companions *all, const struct sidecars *beside, struct diags *diags)
{
    bool is_found = false;
    beside_find_spoken(file->path, beside, folder->config.original, &file->companions);
    for (uint32_t i = 0; i < file->companions.count; i++)
        is_found |= file->companions.at[i].role == COMPANION_SPOKEN;
    if (is_found)
        return;
    beside_find_spoken(file->path, beside, folder->config.original, all);
    for (uint32_t i = 0; i < all->count; i++) {
        if (all->at[i].role == COMPANION_SPOKEN && is_private(file, &all->at[i]))
            tell_private(&all->at[i], "no originals", diags);
    }
}

/* Reads the companions of a file, and finds the track in the spoken language. */
static int read_beside(const struct content_folder *folder, struct scanned *file,
                       struct diags *diags, struct sidecars *beside)
{
    const struct content content = content_reader(folder);
    uint32_t count = file->companions.count;
    struct companions all = {.count = count};
    if (count) {
        all.at = ARENA_NEW(diags->arena, struct companion, count);
        if (!all.at)
            return -ENOMEM;
        memcpy(all.at, file->companions.at, count * sizeof *all.at);
    }
    hide_private(file, diags);
    int err = beside_describe(&content, file->path, &file->companions, folder->limits, diags,
                              beside);
    find_spoken(folder, file, &all, beside, diags);
    return err == -EAGAIN ? 0 : err; /* it changed just now, and the updater knows */
}

/* Leaves out a body that crashed the parser. */
static void leave_guilty_out(const struct content_folder *folder, struct scanned *file,
                             struct diags *diags)
{
    uint32_t deaths = quarantine_guilt(folder->quarantine, GUARDED_BODY, file->path, &file->id);
    if (deaths && file->head.has_body)
        diags_add(diags, 0, 0, "only the source is served until the file changes",
                  "parsing crashed %u times", (unsigned)deaths);
    file->head.has_body &= !deaths;
    for (uint32_t i = 0; i < file->companions.count; i++) {
        struct companion *companion = &file->companions.at[i];
        struct slice name = path_base(companion->path);
        deaths = quarantine_guilt(folder->quarantine, GUARDED_BODY, companion->path,
                                  &companion->id);
        if (companion->role != COMPANION_SPOKEN || !deaths)
            continue;
        diags_add(diags, 0, 0, "it is left out", "%.*s: parsing crashed %u times", (int)name.len,
                  name.data, (unsigned)deaths);
        companion->role = COMPANION_PRIVATE;
    }
}

static int read_one(struct head_readers *r, struct scanned *file, struct arena *arena)
{
    struct diags diags = {.arena = arena};
    struct stat st;
    const struct limits *limits = r->folder->limits;
    struct sidecars beside = sidecars_begin(arena);
    cleanup_(content_close_file) struct content_file opened;
    int err = content_open_file(r->folder, file->path.data, &opened);
    bool is_too_large = !err && (uint64_t)opened.id.size > limits->at[LIMIT_FILE];

    if (!err)
        file->id = opened.id;
    if (!err && (!is_too_large || scan_may_be_other(file->path)))
        err = read_beside(r->folder, file, &diags, &beside);
    if (!err && (!is_too_large || scan_may_be_other(file->path)))
        err = read_front(&opened, file, arena, &diags, r->folder, &beside);
    if (!err)
        leave_guilty_out(r->folder, file, &diags);
    for (uint32_t i = 0; i < file->companions.count; i++)
        file->head.has_originals |= file->companions.at[i].role == COMPANION_SPOKEN;
    if (err == -ETIMEDOUT) {
        file->is_unread = file->is_hung = true;
        return 0;
    }
    if (error_passes(err))
        return err;
    file->is_gone = file->head.is_no_transcript || (err && scan_may_be_other(file->path));
    if (file->is_gone)
        return 0;
    if (is_too_large) {
        file->head.has_body = false;
        limit_refuse(limits, LIMIT_FILE, 0, &diags);
    }
    if (err) {
        diags_add(&diags, 0, 0, "the source is there and cannot be read", "%s", strerror(-err));
        file->is_unread = true;
        int now = content_stat(r->folder, file->path.data, &st);
        if (now == 0)
            file->id = content_id_of(&st);
        else if (now == -ENOENT || now == -ENOTDIR)
            file->is_gone = true; /* somebody removed it after the listing */
        else
            file->is_stray = true;
    }
    file->problems = diags.first;
    return diags.failed ? -ENOMEM : 0;
}

/* Copies a text to *at, which it moves behind it. */
static struct slice move_text(char **at, struct slice text)
{
    struct slice copy = {*at, text.len};
    if (text.len)
        memcpy(*at, text.data, text.len);
    *at += text.len;
    return copy;
}

/* The last text but one is often the same: the view of a value is that of the one before. */
static bool has_own_view(const struct fact *fact, const struct fact *before)
{
    return !before || !slice_equal(fact->view, before->view);
}

/* Copies the facts in one piece, since there are many. 0 or -ENOMEM. */
static int keep_facts(struct arena *arena, struct fact **facts)
{
    size_t count = 0, bytes = 0;
    const struct fact *before = NULL;
    for (const struct fact *fact = *facts; fact; before = fact, fact = fact->next) {
        count++;
        bytes += fact->value.len + (has_own_view(fact, before) ? fact->view.len : 0);
    }
    if (!count)
        return 0;
    struct fact *kept = arena_alloc(arena, count * sizeof *kept + bytes, 1), *last = NULL;
    if (!kept)
        return -ENOMEM;
    char *at = (char *)(kept + count);
    const struct fact *fact = *facts;
    *facts = kept;
    for (; fact; last = kept++, fact = fact->next) {
        *kept = *fact;
        kept->view = has_own_view(fact, last) ? move_text(&at, fact->view) : last->view;
        kept->value = move_text(&at, fact->value);
        kept->next = fact->next ? kept + 1 : NULL;
    }
    return 0;
}

static int keep_problems(struct arena *arena, struct diag **problems)
{
    for (struct diag **at = problems; *at; at = &(*at)->next) {
        struct diag *kept = ARENA_NEW(arena, struct diag, 1);
        if (!kept)
            return -ENOMEM;
        *kept = **at;
        kept->problem = arena_copy(arena, kept->problem);
        kept->action = arena_copy(arena, kept->action);
        if (!kept->problem.data || !kept->action.data)
            return -ENOMEM;
        *at = kept;
    }
    return 0;
}

/* What was read takes several times what is kept of it until the corpus is built. */
static int read_and_keep(struct head_readers *r, struct scanned *file, struct arena *arena)
{
    struct arena scratch = {0};
    int err = read_one(r, file, &scratch);
    if (!err)
        err = keep_facts(arena, &file->facts);
    if (!err)
        err = keep_problems(arena, &file->problems);
    if (!err && file->head.title.len) {
        file->head.title = arena_copy(arena, file->head.title);
        err = file->head.title.data ? 0 : -ENOMEM;
    }
    arena_free(&scratch);
    return err;
}

static void read_nth(void *readers, unsigned worker, size_t i)
{
    struct head_readers *r = readers;
    struct scanned *file = &r->scan->changes[i];

    bool is_read = !file->is_stray && !file->is_gone && !file->is_folder;
    int err = !is_read ? 0 : read_and_keep(r, file, &r->scan->arenas[worker]);
    if (err)
        __atomic_store_n(&r->err, err, __ATOMIC_RELAXED);
    size_t done = __atomic_add_fetch(&r->done, 1, __ATOMIC_RELAXED);
    if (worker == 0 && r->progress)
        r->progress->step(r->progress->context, done, r->scan->count);
}

int scan_read_heads(const struct content_folder *folder, const struct content_scan_options *options,
                    struct content_scan *scan)
{
    struct head_readers readers = {.folder = folder, .scan = scan, .progress = options->progress};
    parallel_for(scan->count, options->threads, read_nth, &readers);
    for (size_t i = 0; i < scan->count && options->progress; i++) {
        const struct scanned *file = &scan->changes[i];
        if (file->head.is_no_transcript && source_form_of(file->path) == SOURCE_WEBVTT &&
            options->progress->leave_out)
            options->progress->leave_out(file->path);
    }
    return readers.err;
}
