/* Recognizes files in folders of pictures that operating systems create. */
#include "cnn.h"

#include <stddef.h>

/* Created by Windows, macOS, Synology, QNAP and file systems. */
static const char *const leavings[] = {
    "thumbs.db",    "ehthumbs.db", "ehthumbs_vista.db",
    "desktop.ini",  "icon\r",      "__macosx",
    "@eadir",       "@recycle",    "#recycle",
    "$recycle.bin", "lost+found",  "system volume information",
};

/* Not strcasecmp(), which depends on the locale. */
static bool same_letters(const char *name, const char *small) {
    for (; *name && *small; name++, small++)
        if ((*name >= 'A' && *name <= 'Z' ? *name - 'A' + 'a' : *name) != *small)
            return false;
    return *name == *small;
}

bool cnn_picture_ignored(const char *name) {
    bool found = name && name[0] == '.';
    for (size_t i = 0; name && !found && i < sizeof leavings / sizeof *leavings; i++)
        found = same_letters(name, leavings[i]);
    return found;
}
