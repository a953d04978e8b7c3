#include "commands.h"
#include "doctor_report.h"
#include "json_line.h"
#include "say.h"
#include "source.h"

static const option doctor_rows[] = {
    ROW_FILE(doctor_settings, network, OPTION_INPUT, NULL, "NETWORK",
             "text file, or a model with its weights"),
    ROW_FILE(doctor_settings, weights, OPTION_INPUT, "--weights", "FILE", "for a text"),
    ROW_SWITCH(doctor_settings, json, "--json", "one JSON object"),
};

static const option_group doctor_groups[] = {
    {OPTION_ROWS(doctor_rows), 0},
    {TRAINING_ROWS, offsetof(doctor_settings, training)},
    {NULL, 0, 0},
};
static const char *const doctor_notes[] = {
    "",
    "Takes seconds. Exit code 0 whatever is found: see docs/doctor.md.",
    NULL,
};
static const char *const doctor_examples[] = {
    "cnn doctor networks/simple.net --lr 0.1",
    "cnn doctor networks/scratch.net --limit 1000 --optimizer sgd --json",
    NULL,
};
static const doctor_settings doctor_defaults = {
    .network = SOURCE_NETWORK,
    .training = TRAINING_FLAGS_DEFAULT,
};

/* In an order in which each knows what it asks of the others: doctor.h. */
static bool (*const checks[])(doctor_patient *, cnn_error *) = {
    doctor_classes,  doctor_pixels,  doctor_images, doctor_first_loss, doctor_spread, doctor_dead,
    doctor_gradient, doctor_overfit, doctor_range,  doctor_training,   doctor_dying,  doctor_labels,
    doctor_decay,    doctor_flags,   doctor_rate,   doctor_structure,
};

static bool examine(doctor_patient *patient, cnn_error *error) {
    if (!patient_admit(patient, error))
        return false;
    if (!patient->settings->json)
        report_head(patient);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        if (!checks[i](patient, error))
            return false;
        if (patient->findings.failed)
            return source_refuse(error, "", "no memory for the findings");
    }
    findings_settle(&patient->findings);
    return true;
}

static int doctor_run(const void *values, const char *program) {
    (void)program;
    doctor_patient patient = {.settings = values};
    const doctor_settings *settings = patient.settings;
    cnn_error error;
    int code = 0;
    if (!training_flags_agree(&settings->training))
        return EXIT_USAGE;
    if (!source_open(&patient.source, settings->network, settings->weights, &error))
        return say_cnn_error(&error);
    if (!training_flags_agree_with(&settings->training, &patient.source))
        code = EXIT_USAGE;
    else if (!examine(&patient, &error))
        code = say_cnn_error(&error);
    else if (settings->json)
        code = json_line_print(report_json(&patient));
    else
        report_findings(&patient), report_end(&patient);
    patient_free(&patient);
    return code;
}

const cli_command command_doctor = {
    .name = "doctor",
    .summary = "Finds out why a network does not learn.",
    .groups = doctor_groups,
    .notes = doctor_notes,
    .examples = doctor_examples,
    .defaults = &doctor_defaults,
    .size = sizeof(doctor_settings),
    .run = doctor_run,
};
