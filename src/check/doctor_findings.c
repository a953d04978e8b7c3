/* Stores findings and formats their texts. */
#include "doctor_findings.h"

#include "memory.h"
#include "thousands.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In the order of cnn_check. */
static const char *const codes[CNN_CHECK_COUNT] = {
    "classes", "pixels",     "images",   "labels",      "structure",    "symmetry", "dead-units",
    "spread",  "first-loss", "gradient", "batch",       "weight-decay", "momentum", "schedule",
    "rate",    "not-finite", "updates",  "dying-units", "one-batch",    "training",
};

/* In the order of cnn_setting: the names in braces, and the default names in texts. */
static const char *const settings[CNN_SETTING_COUNT] = {
    "",           "lr",   "momentum", "weight_decay", "gamma",
    "batch_size", "init", "mean",     "deviation",    "data",
};

static bool grow(findings *findings) {
    if (findings->count < findings->capacity)
        return true;
    const size_t capacity = findings->capacity ? 2 * findings->capacity : 64;
    cnn_finding *all = realloc(findings->all, capacity * sizeof *all);
    if (!all)
        return false;
    findings->all = all;
    findings->capacity = capacity;
    return true;
}

cnn_finding *findings_add(findings *findings, cnn_check check, const char *layer,
                          cnn_verdict verdict) {
    cnn_finding *finding = &findings->spare;
    if (grow(findings))
        finding = &findings->all[findings->count++];
    else
        findings->failed = true;
    *finding = (cnn_finding){
        .check = check, .code = codes[check], .verdict = verdict, .advice = "", .suggested = NAN};
    snprintf(finding->layer, sizeof finding->layer, "%s", layer ? layer : "");
    return finding;
}

void findings_free(findings *findings) {
    free(findings->advice);
    free(findings->all);
}

void finding_report(cnn_finding *finding, const char *advice, const char *format, ...) {
    va_list values;
    va_start(values, format);
    vsnprintf(finding->text, sizeof finding->text, format, values);
    va_end(values);
    finding->advice = advice;
}

void finding_number(cnn_finding *finding, const char *name, double value) {
    for (size_t i = 0; i < CNN_FINDING_NUMBERS_MAX; i++)
        if (!finding->numbers[i].name) {
            finding->numbers[i].name = name;
            finding->numbers[i].value = value;
            return;
        }
}

void finding_suggest(cnn_finding *finding, cnn_setting setting, double value) {
    finding->setting = setting;
    finding->suggested = value;
}

void finding_ratio(cnn_finding *finding, double ratio) {
    finding_number(finding, "ratio", ratio);
    if (ratio >= 1 && ratio < 1e9)
        snprintf(finding->value, sizeof finding->value, "%s\t%%",
                 thousands((uint64_t)(100 * ratio)).text);
    else
        snprintf(finding->value, sizeof finding->value, "%.2g\t%%", 100 * ratio);
}

static bool likelier(const cnn_finding *a, const cnn_finding *b) {
    return a->verdict > b->verdict || (a->verdict == b->verdict && a->check < b->check);
}

const cnn_finding *findings_cause(const findings *findings) {
    const cnn_finding *cause = NULL;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->all[i].verdict != CNN_VERDICT_OK &&
            (!cause || likelier(&findings->all[i], cause)))
            cause = &findings->all[i];
    return cause;
}

static void explain_by_cause(findings *findings) {
    const cnn_finding *cause = findings_cause(findings);
    if (!cause || cause->verdict != CNN_VERDICT_FAIL)
        return;
    for (size_t i = 0; i < findings->count; i++) {
        cnn_finding *finding = &findings->all[i];
        if (finding->verdict != CNN_VERDICT_OK && finding->check > cause->check) {
            finding->advice = "It may be caused by a finding above: fix that first.";
            finding_suggest(finding, CNN_SETTING_NONE, NAN);
        }
    }
}

const char *setting_name(const char *const names[CNN_SETTING_COUNT], cnn_setting setting) {
    return names[setting] ? names[setting] : settings[setting];
}

/* The setting whose name in braces starts the text, and the length of that; or NONE. */
static cnn_setting setting_at(const char *text, size_t *length) {
    for (size_t i = 1; i < CNN_SETTING_COUNT; i++) {
        *length = strlen(settings[i]) + 2;
        if (text[0] == '{' && !strncmp(text + 1, settings[i], *length - 2) &&
            text[*length - 1] == '}')
            return (cnn_setting)i;
    }
    *length = 1;
    return CNN_SETTING_NONE;
}

/* Truncates. */
static void write_advice(cnn_finding *finding, const char *const names[CNN_SETTING_COUNT],
                         char *text) {
    size_t used = 0, length;
    for (const char *at = finding->advice; *at && used + 1 < FINDING_ADVICE; at += length) {
        const cnn_setting setting = setting_at(at, &length);
        const size_t left = FINDING_ADVICE - used;
        used += (size_t)(setting ? snprintf(text + used, left, "%s", setting_name(names, setting))
                                 : snprintf(text + used, left, "%c", *at));
        if (setting && !finding->setting)
            finding->setting = setting;
    }
    finding->advice = text;
}

bool findings_settle(findings *findings, const char *const names[CNN_SETTING_COUNT],
                     cnn_error *error) {
    size_t named = 0;
    explain_by_cause(findings);
    for (size_t i = 0; i < findings->count; i++) {
        named += strchr(findings->all[i].advice, '{') != NULL;
        if (findings->all[i].verdict == CNN_VERDICT_OK)
            finding_suggest(&findings->all[i], CNN_SETTING_NONE, NAN);
    }
    findings->advice = memory_new(named, sizeof *findings->advice, error);
    if (!findings->advice)
        return false;
    for (size_t i = 0, at = 0; i < findings->count; i++)
        if (strchr(findings->all[i].advice, '{'))
            write_advice(&findings->all[i], names, findings->advice[at++]);
    return true;
}

cnn_verdict findings_worst(const findings *findings, cnn_check check) {
    cnn_verdict worst = CNN_VERDICT_OK;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->all[i].check == check && findings->all[i].verdict > worst)
            worst = findings->all[i].verdict;
    return worst;
}
