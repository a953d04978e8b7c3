/* Lists the back ends, whether they run here, and the processors. */
#include "info_cpu.h"

#include "json_line.h"
#include "print.h"

static const char *default_backend(void) {
    cnn_backend backend;
    for (size_t i = 0; cnn_backend_at(i, &backend); i++)
        if (backend.runs)
            return backend.name;
    return "";
}

static json_t *as_json(void) {
    cnn_backend backend;
    json_t *backends = json_array();
    for (size_t i = 0; cnn_backend_at(i, &backend); i++)
        json_line_append(&backends, json_pack("{s:s, s:s, s:b, s:b}", "name", backend.name,
                                              "instructions", backend.instructions, "runs",
                                              backend.runs, "same_bits", backend.same_bits));
    return json_pack("{s:I, s:s, s:o}", "processors", (json_int_t)cnn_processor_count(), "default",
                     default_backend(), "backends", backends);
}

int info_cpu(bool json) {
    cnn_backend backend;
    bool default_shown = false;
    if (json)
        return json_line_print(as_json());
    print_field(stdout, "processors", "%zu", cnn_processor_count());
    for (size_t i = 0; cnn_backend_at(i, &backend); i++) {
        const bool first = backend.runs && !default_shown;
        print_field(stdout, backend.name, "%s: %s%s", backend.instructions,
                    !backend.runs ? "not on this processor"
                    : first       ? "the default here"
                                  : "runs here",
                    backend.same_bits ? "" : "; rounds twice, so its last bits differ");
        default_shown = default_shown || first;
    }
    return 0;
}
