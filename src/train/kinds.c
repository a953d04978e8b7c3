/* Looks up optimizers and schedules by their names in files and commands. */
#include "kinds.h"

#include <string.h>

/* As unsigned, a negative value is out of range too. */
const char *cnn_optimizer_kind_name(cnn_optimizer_kind kind) {
    return (unsigned)kind < optimizer_row_count ? optimizer_rows[kind].name : NULL;
}

size_t cnn_optimizer_kind_numbers(cnn_optimizer_kind kind) {
    size_t numbers = 0;
    while (cnn_optimizer_kind_name(kind) && numbers < OPTIMIZER_KEPT_MAX &&
           optimizer_rows[kind].kept[numbers])
        numbers++;
    return numbers;
}

const char *cnn_schedule_kind_name(cnn_schedule_kind kind) {
    return (unsigned)kind < schedule_row_count ? schedule_rows[kind].name : NULL;
}

bool cnn_optimizer_kind_of(const char *name, cnn_optimizer_kind *kind) {
    for (size_t i = 0; name && i < optimizer_row_count; i++)
        if (!strcmp(optimizer_rows[i].name, name)) {
            if (kind)
                *kind = (cnn_optimizer_kind)i;
            return true;
        }
    return false;
}

bool cnn_schedule_kind_of(const char *name, cnn_schedule_kind *kind) {
    for (size_t i = 0; name && i < schedule_row_count; i++)
        if (!strcmp(schedule_rows[i].name, name)) {
            if (kind)
                *kind = (cnn_schedule_kind)i;
            return true;
        }
    return false;
}
