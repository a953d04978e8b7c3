/* The doctor's public functions: open a session, run every check once, return the findings. */
#include "doctor.h"

#include "memory.h"

#include <stdlib.h>

/* Ordered so that each check finds the results it needs from others: doctor.h. */
static bool (*const checks[])(session *, cnn_error *) = {
    doctor_classes, doctor_pixels,   doctor_images,   doctor_first_loss,
    doctor_spread,  doctor_dead,     doctor_gradient, doctor_overfit,
    doctor_range,   doctor_training, doctor_dying,    doctor_labels,
    doctor_decay,   doctor_settings, doctor_rate,     doctor_structure,
};

cnn_doctor_options cnn_doctor_options_defaults(void) {
    return (cnn_doctor_options)CNN_DOCTOR_OPTIONS_DEFAULT;
}

cnn_doctor *cnn_doctor_create(const cnn_network *network, const cnn_model *trained,
                              const cnn_dataset *images, const cnn_doctor_options *options,
                              cnn_error *error) {
    if (!given(network, "network", error) || !given(images, "images", error) ||
        (options && !reserved_unused(options->reserved, error)))
        return NULL;
    session *session = memory_new(1, sizeof *session, error);
    if (!session)
        return NULL;
    session->options = options ? *options : cnn_doctor_options_defaults();
    session->images = images;
    if (session_open(session, network, trained, error))
        return session;
    cnn_doctor_free(session);
    return NULL;
}

void cnn_doctor_free(cnn_doctor *doctor) {
    if (doctor)
        session_close(doctor);
    free(doctor);
}

const cnn_model *cnn_doctor_model(const cnn_doctor *doctor) {
    return doctor ? doctor->model : NULL;
}

size_t cnn_doctor_held_out(const cnn_doctor *doctor) {
    return doctor ? doctor->held : 0;
}

size_t cnn_doctor_batch_size(const cnn_doctor *doctor) {
    return doctor ? doctor->batch : 0;
}

static bool examine(session *session, cnn_error *error) {
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        if (!checks[i](session, error))
            return false;
        if (session->findings.failed)
            return error_set(error, CNN_STATUS_NO_MEMORY, "no memory for the findings");
    }
    return findings_settle(&session->findings, session->options.setting_names, error);
}

bool cnn_doctor_examine(cnn_doctor *doctor, cnn_error *error) {
    if (!given(doctor, "doctor", error))
        return false;
    if (doctor->examined)
        return true;
    findings_free(&doctor->findings);
    doctor->findings = (findings){0};
    session_restore(doctor);
    doctor->examined = examine(doctor, error);
    session_restore(doctor);
    return doctor->examined;
}

size_t cnn_doctor_finding_count(const cnn_doctor *doctor) {
    return doctor && doctor->examined ? doctor->findings.count : 0;
}

bool cnn_doctor_finding_at(const cnn_doctor *doctor, size_t index, cnn_finding *finding) {
    if (index >= cnn_doctor_finding_count(doctor))
        return false;
    if (finding)
        *finding = doctor->findings.all[index];
    return true;
}

bool cnn_doctor_cause(const cnn_doctor *doctor, cnn_finding *cause) {
    const cnn_finding *found =
        doctor && doctor->examined ? findings_cause(&doctor->findings) : NULL;
    if (found && cause)
        *cause = *found;
    return found;
}
