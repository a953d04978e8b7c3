/* Compares all files of one call before it begins, and claims those that it writes. */
#include "files.h"

#include "claims.h"
#include "data_files.h"
#include "outputs.h"
#include "source.h"

#include <string.h>

typedef struct written {
    file_use use; /* path NULL: a stream of the program */
    file_id file_id;
} written;

/* State of one call: each file read is compared with each file written. */
typedef struct call {
    const cli_command *command;
    const char *settings;
    const file_use *more;
    size_t more_count;
    written written[16];
    size_t count;
    cnn_error *error;
} call;

typedef bool (*use_visit)(call *call, const file_use *use);

static bool visit_row(call *call, const option *row, const char *value, use_visit visit) {
    file_use use = {row->name ? row->name : row->argument, NULL, row->role};
    const option_list *list = (const option_list *)(const void *)value;
    const char *const *text = (const char *const *)(const void *)value;
    const bool many = row->type == OPTION_LIST;
    for (size_t i = 0; i < (many ? list->count : 1); i++) {
        use.path = many ? list->items[i] : *text;
        if (use.path && !visit(call, &use))
            return false;
    }
    return true;
}

static bool each_use(call *call, use_visit visit) {
    const option *row;
    size_t offset = 0;
    for (size_t n = 0; (row = options_row(call->command, n, &offset)); n++)
        if (row->role != OPTION_NO_FILE && !visit_row(call, row, call->settings + offset, visit))
            return false;
    for (size_t i = 0; i < call->more_count; i++)
        if (call->more[i].path && !visit(call, &call->more[i]))
            return false;
    return true;
}

/* ------------------------------------------------------------------------------------ one file */

static bool refuse_same(const file_use *a, const file_use *b, cnn_error *error) {
    const bool other = b->path && strcmp(a->path, b->path);
    return source_refuse(error, a->path,
                         "%s and %s%s%s are one file; give one of them another name", a->name,
                         b->name, other ? " " : "", other ? b->path : "");
}

/* Files that the library and the claims make beside a file that they write. */
static bool is_own(const char *end) {
    return end && (!strcmp(end, ".lock") || !strcmp(end, ".writing") ||
                   !strncmp(end, ".writing-", strlen(".writing-")));
}

static bool apart(const file_use *use, const file_id *file_id, const written *other,
                  cnn_error *error) {
    if (file_id_same(file_id, &other->file_id))
        return use->path ? refuse_same(use, &other->use, error)
                         : refuse_same(&other->use, use, error);
    if (!other->use.path || other->use.role == OPTION_LOG ||
        !is_own(file_id_beside(&other->file_id, file_id)))
        return true;
    return source_refuse(error, use->path,
                         "%s lies where writing %s %s makes a file of its own; give one of them "
                         "another name",
                         use->name, other->use.name, other->use.path);
}

static bool is_written(const file_use *use) {
    return use->role == OPTION_OUTPUT || use->role == OPTION_LOG || use->role == OPTION_KEPT;
}

static bool add(call *call, const file_use *use, const file_id *file_id) {
    const written new = {*use, *file_id};
    for (size_t i = 0; i < call->count; i++) {
        const written *old = &call->written[i];
        if (!apart(use, file_id, old, call->error) ||
            (use->path && !apart(&old->use, &old->file_id, &new, call->error)))
            return false;
    }
    if (call->count < sizeof call->written / sizeof *call->written)
        call->written[call->count++] = new;
    return true;
}

static bool add_written(call *call, const file_use *use) {
    file_id file_id;
    return !is_written(use) || !file_id_of(use->path, &file_id) || add(call, use, &file_id);
}

/* Both streams may lead to one file, as with 2>&1; they are compared only with other files
 * written. */
static bool add_streams(call *call) {
    static const char *const names[] = {"standard output", "standard error"};
    written streams[2];
    size_t found = 0;
    for (int i = 0; i < 2; i++) {
        streams[found].use = (file_use){names[i], NULL, OPTION_LOG};
        found += file_id_of_stream(i + 1, &streams[found].file_id);
    }
    const size_t before = call->count;
    for (size_t i = 0; i < found; i++)
        for (size_t j = 0; j < before; j++)
            if (!apart(&streams[i].use, &streams[i].file_id, &call->written[j], call->error))
                return false;
    for (size_t i = 0; i < found && call->count < sizeof call->written / sizeof *call->written; i++)
        call->written[call->count++] = streams[i];
    return true;
}

static bool refuse_data(const file_use *use, const char *folder, cnn_error *error) {
    return source_refuse(error, use->path ? use->path : folder,
                         "%s lies among the images of --data %s; give it another name", use->name,
                         folder);
}

static bool compare_read(call *call, const file_use *use) {
    file_id file_id;
    if (use->role == OPTION_INPUT && call->count && file_id_of(use->path, &file_id)) {
        for (size_t i = 0; i < call->count; i++)
            if (!apart(use, &file_id, &call->written[i], call->error))
                return false;
    } else if (use->role == OPTION_FOLDER) {
        for (size_t i = 0; i < call->count; i++)
            if (data_files_hold(use->path, &call->written[i].file_id))
                return refuse_data(&call->written[i].use, use->path, call->error);
    }
    return true;
}

/* -------------------------------------------------------------------------------------- written */

/* A missing checkpoint to resume is refused when it is read; a log may be written in a folder that
 * takes no other file. */
static bool claim(call *call, const file_use *use) {
    cnn_error ignored;
    if (use->role == OPTION_LOG)
        return outputs_check_log(use->path, call->error) &&
               (!outputs_check(use->path, &ignored) || claims_take(use->path, call->error));
    if (use->role != OPTION_OUTPUT && !(use->role == OPTION_KEPT && outputs_there(use->path)))
        return true;
    return outputs_check(use->path, call->error) && claims_take(use->path, call->error);
}

bool files_ready(const cli_command *command, const void *settings, const file_use *more,
                 size_t count, cnn_error *error) {
    call call = {
        .command = command,
        .settings = settings,
        .more = more,
        .more_count = count,
        .error = error,
    };
    return each_use(&call, add_written) && add_streams(&call) && each_use(&call, compare_read) &&
           each_use(&call, claim);
}

void files_release(void) {
    claims_release();
}
