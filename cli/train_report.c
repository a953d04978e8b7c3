/* Prints what cnn train reports to people: the settings, a line an epoch, the results, the next
 * commands. */
#include "train_run.h"

#include "median.h"
#include "outputs.h"
#include "print.h"
#include "quote.h"
#include "train_profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* With more epochs, the summary shows this many of them. */
#define MOST_ROWS 5

/* Writes "input 28x28x1, conv2d 16 3x3 pad 1, ...", at most three lines of a field. */
static void layers_text(const cnn_network *network, char *text, size_t size) {
    cnn_layer_info layer;
    const size_t layers = cnn_network_layer_count(network);
    text[0] = '\0';
    for (size_t i = 0, used = 0; i <= layers; i++) {
        cnn_network_layer_at(network, i, &layer);
        for (char *space; (space = strchr(layer.text, ' '));)
            *space = '\t'; /* print_field() breaks no line there */
        if (used + strlen(layer.text) + 12 > size) {
            snprintf(text + used, size - used, ", ...");
            return;
        }
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", layer.text);
    }
}

static void print_images(const train_run *run, FILE *stream) {
    char held[48] = "";
    const size_t held_out = train_held_out(run);
    if (held_out)
        snprintf(held, sizeof held, " %s to validate,", thousands(held_out).text);
    print_field(stream, "images", "%s to train,%s %s to test, from %s",
                thousands(cnn_dataset_get_info(run->train).images - held_out).text, held,
                run->test ? thousands(train_test_images(run)).text : "none",
                run->settings->training.data);
    if (train_fits(run) && (run->test || run->validation_images))
        print_field(stream, "pictures",
                    "validation and test: brought into MNIST's form; --no-fit only stretches");
}

static void print_columns(const train_run *run, FILE *stream) {
    fprintf(stream, "\n%s%7s  %8s  %10s%s%s%s\n", terminal_style(stream, LOOK_BOLD), "epoch",
            "seconds", "train loss", train_held_out(run) ? "  valid loss  valid right" : "",
            run->test ? "  test loss  test right" : "", terminal_style(stream, LOOK_PLAIN));
}

void train_report_head(const train_run *run, FILE *stream) {
    char layers[196];
    const training_flags *flags = &run->settings->training;
    const size_t name = strlen(run->settings->network);
    layers_text(run->network, layers, name < 60 ? sizeof layers - name : sizeof layers - 60);
    print_field(stream, "network", "%s: %s", run->settings->network, layers);
    print_field(stream, "parameters", "%s",
                thousands(cnn_network_parameter_count(run->network)).text);
    print_images(run, stream);
    if (train_weights(run))
        print_field(stream, "weights", "from %s, trained on; %s begins anew", train_weights(run),
                    training_optimizer_name(flags));
    print_field(stream, "training", "%s, rate %g (%s), batches of %s, seed %s, %s thread%s, %s",
                training_optimizer_name(flags), training_optimizer(flags).lr,
                training_schedule_name(flags), thousands(flags->batch_size).text,
                thousands(flags->seed).text, thousands(cnn_model_threads(run->model)).text,
                cnn_model_threads(run->model) == 1 ? "" : "s", cnn_model_backend(run->model));
    if (cnn_model_mistake(run->model))
        print_field(stream, "MISTAKE", "%s, %s: this is no sound model",
                    cnn_model_mistake(run->model),
                    flags->mistake ? "made on purpose" : "made when it was trained before");
    if (run->from)
        print_field(stream, "resumed", "from %s, after step %s", run->settings->resume,
                    thousands(run->resumed_step).text);
    print_columns(run, stream);
    fflush(stream);
}

void train_report_epoch(const train_run *run, size_t epoch, FILE *stream) {
    const cnn_epoch *e = train_epoch(run, epoch);
    char number[48], validation[80] = "", test[80] = "";
    snprintf(number, sizeof number, "%zu/%zu", epoch + 1, (size_t)run->settings->epochs);
    if (train_held_out(run))
        snprintf(validation, sizeof validation, "  %10s  %11s",
                 format_loss(e->validation_loss).text, format_percent(e->validation_accuracy).text);
    if (run->test)
        snprintf(test, sizeof test, "  %9s  %10s", format_loss(e->test_loss).text,
                 format_percent(e->test_accuracy).text);
    fprintf(stream, "%7s  %8.2f  %10s%s%s\n", number, e->seconds, format_loss(e->train_loss).text,
            validation, test);
    fflush(stream);
}

/* False without memory. */
static bool median_seconds(const train_run *run, double *middle) {
    const size_t n = run->finished;
    double *seconds = malloc(n * sizeof *seconds);
    if (!seconds)
        return false;
    for (size_t i = 0; i < n; i++)
        seconds[i] = train_epoch(run, i)->seconds;
    *middle = median(seconds, n);
    free(seconds);
    return true;
}

static bool print_speed(const train_run *run, FILE *stream) {
    double seconds = 0;
    if (run->finished && !median_seconds(run, &seconds))
        return false;
    const size_t images = cnn_dataset_get_info(run->train).images - train_held_out(run);
    if (seconds > 0)
        print_field(stream, "speed", "%.2f seconds per epoch (median), %s images a second", seconds,
                    thousands((uint64_t)((double)images / seconds)).text);
    return true;
}

static void print_test(const train_run *run, FILE *stream) {
    char worst[512];
    const cnn_score *score = &run->result.score;
    if (!run->test) {
        print_field(stream, "test", "not measured: no test part in %s",
                    run->settings->training.data);
        return;
    }
    confusion_worst(&run->result, run->model, worst, sizeof worst);
    fprintf(stream, "%-*s%s%s of %s right%s, loss %s\n", PRINT_FIELD, "test",
            terminal_style(stream, LOOK_BOLD), format_percent(score->accuracy).text,
            thousands(score->images).text, terminal_style(stream, LOOK_PLAIN),
            format_loss(score->loss).text);
    print_field(stream, "confused", "%s", worst);
}

void train_report_resumed(const train_run *run, FILE *stream) {
    const size_t first = run->finished > MOST_ROWS ? run->finished - MOST_ROWS : 0;
    for (size_t i = first; i < run->finished; i++)
        train_report_epoch(run, i, stream);
}

static void print_files(const train_run *run, FILE *stream) {
    print_field(stream, "model", "%s (%s)", run->out, format_bytes(outputs_size(run->out)).text);
    if (run->best_epoch)
        print_field(stream, "best model", "%s (epoch %zu, validation loss %s)", run->best_out,
                    run->best_epoch,
                    format_loss(train_epoch(run, run->best_epoch - 1)->validation_loss).text);
    if (run->checkpoint_number > 1)
        print_field(stream, "checkpoint", "%s, as the usual name is another run's",
                    run->checkpoint);
    if (run->checkpoint_removed)
        print_field(stream, "checkpoint", "%s removed, as the run is complete", run->checkpoint);
}

/* Prints "next         cnn WORDS FILE", quoted for a shell. Returns the columns. */
static size_t print_call(const train_run *run, const char *name, const char *words,
                         const char *file, FILE *stream) {
    fprintf(stream, "%-*s", PRINT_FIELD, name);
    size_t used = PRINT_FIELD + quote_write(run->program, stream);
    fprintf(stream, " %s ", words);
    used += strlen(words) + 2;
    return used + quote_write(file, stream);
}

/* Long paths go on the next line. */
static void print_eval(const train_run *run, FILE *stream) {
    const char *data = run->settings->training.data;
    const size_t used = print_call(run, "next", "eval", run->out, stream);
    const bool fits = used + quote_write(data, NULL) + 8 <= PRINT_COLUMNS;
    fprintf(stream, "%s --data ", fits ? "" : " \\\n            ");
    quote_write(data, stream);
    fputc('\n', stream);
}

/* Without test images, evaluating would only measure what was learned. */
static void print_next(const train_run *run, FILE *stream) {
    if (run->resumable) {
        print_call(run, "resume", "train --resume", run->checkpoint, stream);
        fputc('\n', stream);
    }
    if (run->test)
        print_eval(run, stream);
    print_call(run, run->test ? "" : "next", "info", run->out, stream);
    fputc('\n', stream);
    print_call(run, "", "gradcheck", run->settings->network, stream);
    fputc('\n', stream);
}

/* Many epochs scroll the head away: it is printed again, with a few of them. */
static void repeat(const train_run *run, FILE *stream) {
    fputc('\n', stream);
    train_report_head(run, stream);
    for (size_t i = 0; i < MOST_ROWS; i++)
        train_report_epoch(run, i * (run->finished - 1) / (MOST_ROWS - 1), stream);
}

bool train_report_end(const train_run *run, FILE *stream) {
    if (run->finished > MOST_ROWS)
        repeat(run, stream);
    fputc('\n', stream);
    if (run->interrupted)
        print_field(stream, "interrupted",
                    "after %zu of %zu epochs, in step %s; the model is as of then", run->finished,
                    (size_t)run->settings->epochs, thousands(run->steps).text);
    if (!print_speed(run, stream))
        return false;
    print_test(run, stream);
    print_files(run, stream);
    print_next(run, stream);
    if (!run->settings->profile)
        return true;
    fputc('\n', stream);
    return train_profile_print(run->model, stream);
}
