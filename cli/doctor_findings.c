#include "doctor_findings.h"

#include "json_line.h"
#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* In the order of doctor_check. The unit stands behind the values of layers. */
static const struct {
    const char *id, *title, *unit;
} names[CHECK_COUNT] = {
    {"classes", "classes", ""},
    {"pixels", "pixels", ""},
    {"images", "images", ""},
    {"labels", "labels", ""},
    {"structure", "structure", ""},
    {"symmetry", "symmetry", " units, all alike"},
    {"dead-units", "dead units", ""},
    {"spread", "spread", " from image to image"},
    {"first-loss", "first loss", ""},
    {"gradient", "gradient", " of the weights"},
    {"batch", "batch", ""},
    {"weight-decay", "decay", ""},
    {"momentum", "momentum", ""},
    {"schedule", "schedule", ""},
    {"rate", "rate", ""},
    {"not-finite", "numbers", ""},
    {"updates", "updates", " of the weights a step"},
    {"dying-units", "dead later", ""},
    {"one-batch", "one batch", ""},
    {"training", "training", ""},
};
static const char *const verdicts[] = {"healthy", "suspect", "ill"};

const char *finding_id(doctor_check check) {
    return names[check].id;
}

const char *finding_title(doctor_check check) {
    return names[check].title;
}

const char *finding_unit(doctor_check check) {
    return names[check].unit;
}

const char *finding_verdict(doctor_verdict verdict) {
    return verdicts[verdict];
}

static bool grow(doctor_findings *findings) {
    if (findings->count < findings->room)
        return true;
    const size_t room = findings->room ? 2 * findings->room : 64;
    doctor_finding *all = realloc(findings->all, room * sizeof *all);
    if (!all)
        return false;
    findings->all = all;
    findings->room = room;
    return true;
}

doctor_finding *findings_add(doctor_findings *findings, doctor_check check, const char *layer,
                             doctor_verdict verdict) {
    doctor_finding *finding = &findings->spare;
    if (grow(findings))
        finding = &findings->all[findings->count++];
    else
        findings->failed = true;
    *finding = (doctor_finding){.check = check, .verdict = verdict, .advice = ""};
    snprintf(finding->layer, sizeof finding->layer, "%s", layer ? layer : "");
    return finding;
}

void findings_free(doctor_findings *findings) {
    free(findings->all);
}

void finding_say(doctor_finding *finding, const char *advice, const char *format, ...) {
    va_list values;
    va_start(values, format);
    vsnprintf(finding->text, sizeof finding->text, format, values);
    va_end(values);
    finding->advice = advice;
}

void finding_number(doctor_finding *finding, const char *name, double value) {
    for (size_t i = 0; i < DOCTOR_NUMBERS; i++)
        if (!finding->numbers[i].name) {
            finding->numbers[i].name = name;
            finding->numbers[i].value = value;
            return;
        }
}

void finding_ratio(doctor_finding *finding, double ratio) {
    finding_number(finding, "ratio", ratio);
    if (ratio >= 1 && ratio < 1e9)
        snprintf(finding->value, sizeof finding->value, "%s\t%%",
                 say_count((uint64_t)(100 * ratio)).text);
    else
        snprintf(finding->value, sizeof finding->value, "%.2g\t%%", 100 * ratio);
}

static bool likelier(const doctor_finding *a, const doctor_finding *b) {
    return a->verdict > b->verdict || (a->verdict == b->verdict && a->check < b->check);
}

const doctor_finding *findings_cause(const doctor_findings *findings) {
    const doctor_finding *cause = NULL;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->all[i].verdict != DOCTOR_HEALTHY &&
            (!cause || likelier(&findings->all[i], cause)))
            cause = &findings->all[i];
    return cause;
}

void findings_settle(doctor_findings *findings) {
    const doctor_finding *cause = findings_cause(findings);
    if (!cause || cause->verdict != DOCTOR_ILL)
        return;
    for (size_t i = 0; i < findings->count; i++) {
        doctor_finding *finding = &findings->all[i];
        if (finding->verdict != DOCTOR_HEALTHY && finding->check > cause->check)
            finding->advice = "It may come of what is ill above: mend that first.";
    }
}

doctor_verdict findings_worst(const doctor_findings *findings, doctor_check check) {
    doctor_verdict worst = DOCTOR_HEALTHY;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->all[i].check == check && findings->all[i].verdict > worst)
            worst = findings->all[i].verdict;
    return worst;
}

static json_t *finding_json(const doctor_finding *finding) {
    json_t *numbers = json_object();
    for (size_t i = 0; i < DOCTOR_NUMBERS && finding->numbers[i].name; i++)
        if (json_object_set_new(numbers, finding->numbers[i].name,
                                json_line_real(finding->numbers[i].value))) {
            json_decref(numbers);
            return NULL;
        }
    return json_pack("{s:s, s:o, s:s, s:s, s:s, s:o}", "id", finding_id(finding->check), "layer",
                     finding->layer[0] ? json_string(finding->layer) : json_null(), "verdict",
                     finding_verdict(finding->verdict), "text", finding->text, "advice",
                     finding->advice, "numbers", numbers);
}

json_t *findings_json(const doctor_findings *findings) {
    json_t *list = json_array();
    for (size_t i = 0; i < findings->count; i++)
        json_line_append(&list, finding_json(&findings->all[i]));
    return list;
}
