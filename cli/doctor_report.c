#include "doctor_report.h"

#include "json_line.h"
#include "say.h"

#include <string.h>

/* The text stands right of mark and title. */
#define MARK_COLUMNS 9
#define TITLE_COLUMNS 12
/* More layers than this are shown by the first and the last. */
#define MOST_LAYERS 6

void report_head(const doctor_patient *patient) {
    const training_flags *flags = &patient->settings->training;
    say_field(stdout, "network", "%s, %s parameters%s", patient->settings->network,
              say_count(cnn_network_parameters(patient->network)).text,
              patient->trained_before ? ", with the weights of the file" : "");
    say_field(stdout, "images", "%s from %s%s; %s of them are not trained on here",
              say_count(patient->learn + patient->held).text, flags->data,
              patient->fit ? ", brought into MNIST's form" : "", say_count(patient->held).text);
    const bool cut = flags->batch_size > DOCTOR_MOST_BATCH;
    say_field(stdout, "training", "%s, rate %g (%s), batches of %s%s, seed %s",
              training_optimizer_name(flags), training_optimizer(flags).lr,
              training_schedule_name(flags), say_count(patient->batch).text, cut ? " at most" : "",
              say_count(flags->seed).text);
    putchar('\n');
    fflush(stdout);
}

static void print(doctor_verdict verdict, const char *title, const char *text, const char *advice) {
    static const say_look looks[] = {LOOK_GOOD, LOOK_BOLD, LOOK_BAD};
    const char *mark = finding_verdict(verdict);
    printf("%s%s%s%*s%-*s", say_style(stdout, looks[verdict]), mark, say_style(stdout, LOOK_PLAIN),
           MARK_COLUMNS - (int)strlen(mark), "", TITLE_COLUMNS, title);
    say_wrapped(stdout, MARK_COLUMNS + TITLE_COLUMNS, "%s. %s", text, advice);
    fflush(stdout);
}

/* Layers of which the same can be said have one line together. */
static bool same_line(const doctor_finding *a, const doctor_finding *b) {
    return a->value[0] && b->value[0] && a->check == b->check && a->verdict == b->verdict &&
           a->advice == b->advice;
}

/* "conv1 0.54, conv2 0.31": all layers like number `first`, from there on. */
static void print_layers(const doctor_findings *findings, size_t first) {
    const doctor_finding *all = findings->all;
    char text[1024];
    size_t count = 0, seen = 0, used = 0;
    for (size_t i = first; i < findings->count; i++)
        count += same_line(&all[first], &all[i]);
    const bool few = count <= MOST_LAYERS;
    for (size_t i = first; i < findings->count; i++)
        if (same_line(&all[first], &all[i]) && (++seen, few || seen == 1 || seen == count))
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%s\t%s",
                                     seen == 1 ? "" : ", ", seen == 1 || few ? "" : "..., ",
                                     all[i].layer, all[i].value);
    if (!few)
        used += (size_t)snprintf(text + used, sizeof text - used, " (%zu\tlayers)", count);
    snprintf(text + used, sizeof text - used, "%s", finding_unit(all[first].check));
    print(all[first].verdict, finding_title(all[first].check), text, all[first].advice);
}

static bool begins_line(const doctor_findings *findings, size_t index) {
    for (size_t i = 0; i < index; i++)
        if (same_line(&findings->all[i], &findings->all[index]))
            return false;
    return true;
}

static void report_check(const doctor_findings *findings, doctor_check check) {
    for (size_t i = 0; i < findings->count; i++) {
        const doctor_finding *finding = &findings->all[i];
        if (finding->check != check)
            continue;
        if (!finding->value[0])
            print(finding->verdict, finding_title(check), finding->text, finding->advice);
        else if (begins_line(findings, i))
            print_layers(findings, i);
    }
}

void report_findings(const doctor_patient *patient) {
    for (int check = 0; check < CHECK_COUNT; check++)
        report_check(&patient->findings, (doctor_check)check);
}

void report_end(const doctor_patient *patient) {
    const doctor_finding *cause = findings_cause(&patient->findings);
    putchar('\n');
    if (!cause)
        say_field(stdout, "in short",
                  "healthy: what is missing wants more epochs, more images or another network");
    else
        say_field(stdout, "in short", "%s (%s): %s. %s",
                  cause->verdict == DOCTOR_ILL ? "most likely cause" : "nothing ill; first suspect",
                  finding_title(cause->check), cause->text, cause->advice);
}

json_t *report_json(const doctor_patient *patient) {
    const doctor_finding *cause = findings_cause(&patient->findings);
    return json_pack("{s:o, s:I, s:I, s:b, s:s, s:o, s:o}", "network",
                     json_line_text(patient->settings->network), "parameters",
                     (json_int_t)cnn_network_parameters(patient->network), "images",
                     (json_int_t)(patient->learn + patient->held), "fit", (int)patient->fit,
                     "verdict", finding_verdict(cause ? cause->verdict : DOCTOR_HEALTHY), "cause",
                     cause ? json_string(finding_id(cause->check)) : json_null(), "findings",
                     findings_json(&patient->findings));
}
