/* Prints the doctor's findings: a line for each check, the advice, the verdict. */
#include "doctor_report.h"

#include "json_line.h"
#include "print.h"

#include <string.h>

/* Columns left of the text, for mark and title. */
#define MARK_COLUMNS 9
#define TITLE_COLUMNS 12
/* If there are more layers, only the first and the last are shown. */
#define MOST_LAYERS 6

/* In the order of cnn_check. The unit follows the values of layers. */
static const struct {
    const char *title, *unit;
} names[CNN_CHECK_COUNT] = {
    {"classes", ""},
    {"pixels", ""},
    {"images", ""},
    {"labels", ""},
    {"structure", ""},
    {"symmetry", " units, all alike"},
    {"dead units", ""},
    {"spread", " from image to image"},
    {"first loss", ""},
    {"gradient", " of the weights"},
    {"batch", ""},
    {"decay", ""},
    {"momentum", ""},
    {"schedule", ""},
    {"rate", ""},
    {"numbers", ""},
    {"updates", " of the weights a step"},
    {"dead later", ""},
    {"one batch", ""},
    {"training", ""},
};
static const char *const verdicts[] = {"healthy", "suspect", "ill"};

void report_head(const doctor_case *one) {
    const training_flags *flags = &one->settings->training;
    const size_t images = cnn_dataset_get_info(one->images).images;
    const size_t batch = cnn_doctor_batch_size(one->doctor);
    print_field(stdout, "network", "%s, %s parameters%s", one->settings->network,
                thousands(cnn_network_parameter_count(one->source.network)).text,
                source_trained(&one->source) ? ", with the weights of the file" : "");
    print_field(stdout, "images", "%s from %s%s; %s of them are not trained on here",
                thousands(images).text, flags->data, one->fit ? ", brought into MNIST's form" : "",
                thousands(cnn_doctor_held_out(one->doctor)).text);
    const bool cut = flags->batch_size > CNN_DOCTOR_BATCH_MAX;
    print_field(stdout, "training", "%s, rate %g (%s), batches of %s%s, seed %s",
                training_optimizer_name(flags), training_optimizer(flags).lr,
                training_schedule_name(flags), thousands(batch).text, cut ? " at most" : "",
                thousands(flags->seed).text);
    if (flags->mistake)
        print_field(stdout, "MISTAKE", "%s, made on purpose", flags->mistake);
    putchar('\n');
    fflush(stdout);
}

static void print(cnn_verdict verdict, const char *title, const char *text, const char *advice) {
    static const terminal_look looks[] = {LOOK_GOOD, LOOK_BOLD, LOOK_BAD};
    const char *mark = verdicts[verdict];
    printf("%s%s%s%*s%-*s", terminal_style(stdout, looks[verdict]), mark,
           terminal_style(stdout, LOOK_PLAIN), MARK_COLUMNS - (int)strlen(mark), "", TITLE_COLUMNS,
           title);
    print_wrapped(stdout, MARK_COLUMNS + TITLE_COLUMNS, "%s. %s", text, advice);
    fflush(stdout);
}

/* Do both findings say the same, apart from the layer? Such layers share a line. */
static bool same_line(const cnn_finding *a, const cnn_finding *b) {
    return a->value[0] && b->value[0] && a->check == b->check && a->verdict == b->verdict &&
           !strcmp(a->advice, b->advice);
}

/* Prints "conv1 0.54, conv2 0.31": from number `first` on, all layers with the same finding. */
static void print_layers(const cnn_doctor *doctor, size_t first) {
    cnn_finding begin, one;
    char text[1024];
    size_t count = 0, seen = 0, used = 0;
    cnn_doctor_finding_at(doctor, first, &begin);
    for (size_t i = first; cnn_doctor_finding_at(doctor, i, &one); i++)
        count += same_line(&begin, &one);
    const bool few = count <= MOST_LAYERS;
    for (size_t i = first; cnn_doctor_finding_at(doctor, i, &one); i++)
        if (same_line(&begin, &one) && (++seen, few || seen == 1 || seen == count))
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%s\t%s",
                                     seen == 1 ? "" : ", ", seen == 1 || few ? "" : "..., ",
                                     one.layer, one.value);
    if (!few)
        used += (size_t)snprintf(text + used, sizeof text - used, " (%zu\tlayers)", count);
    snprintf(text + used, sizeof text - used, "%s", names[begin.check].unit);
    print(begin.verdict, names[begin.check].title, text, begin.advice);
}

static bool begins_line(const cnn_doctor *doctor, size_t index, const cnn_finding *finding) {
    cnn_finding before;
    for (size_t i = 0; i < index && cnn_doctor_finding_at(doctor, i, &before); i++)
        if (same_line(&before, finding))
            return false;
    return true;
}

static void report_check(const cnn_doctor *doctor, cnn_check check) {
    cnn_finding finding;
    for (size_t i = 0; cnn_doctor_finding_at(doctor, i, &finding); i++) {
        if (finding.check != check)
            continue;
        if (!finding.value[0])
            print(finding.verdict, names[check].title, finding.text, finding.advice);
        else if (begins_line(doctor, i, &finding))
            print_layers(doctor, i);
    }
}

void report_findings(const cnn_doctor *doctor) {
    for (int check = 0; check < CNN_CHECK_COUNT; check++)
        report_check(doctor, (cnn_check)check);
}

void report_end(const cnn_doctor *doctor) {
    cnn_finding cause;
    putchar('\n');
    if (!cnn_doctor_cause(doctor, &cause))
        print_field(stdout, "in short",
                    "healthy: better results need more epochs, more images or another network");
    else
        print_field(stdout, "in short", "%s (%s): %s. %s",
                    cause.verdict == CNN_VERDICT_FAIL ? "most likely cause"
                                                      : "nothing ill; first suspect",
                    names[cause.check].title, cause.text, cause.advice);
}

static json_t *finding_json(const cnn_finding *finding) {
    json_t *numbers = json_object();
    for (size_t i = 0; i < CNN_FINDING_NUMBERS_MAX && finding->numbers[i].name; i++)
        if (json_object_set_new(numbers, finding->numbers[i].name,
                                json_line_real(finding->numbers[i].value))) {
            json_decref(numbers);
            return NULL;
        }
    return json_pack("{s:s, s:o, s:s, s:s, s:s, s:o}", "id", finding->code, "layer",
                     finding->layer[0] ? json_string(finding->layer) : json_null(), "verdict",
                     verdicts[finding->verdict], "text", finding->text, "advice", finding->advice,
                     "numbers", numbers);
}

json_t *report_json(const doctor_case *one) {
    cnn_finding finding;
    json_t *findings = json_array();
    for (size_t i = 0; cnn_doctor_finding_at(one->doctor, i, &finding); i++)
        json_line_append(&findings, finding_json(&finding));
    const bool cause = cnn_doctor_cause(one->doctor, &finding);
    return json_pack("{s:o, s:I, s:I, s:b, s:s, s:o, s:o}", "network",
                     json_line_text(one->settings->network), "parameters",
                     (json_int_t)cnn_network_parameter_count(one->source.network), "images",
                     (json_int_t)cnn_dataset_get_info(one->images).images, "fit", (int)one->fit,
                     "verdict", verdicts[cause ? finding.verdict : CNN_VERDICT_OK], "cause",
                     cause ? json_string(finding.code) : json_null(), "findings", findings);
}
