/* Lists and explains the classic mistakes: cnn help mistakes, cnn help NAME. */
#include "mistake_names.h"

#include "closest.h"
#include "json_line.h"
#include "print.h"

#include <string.h>

#define NAMES_SIZE 1536 /* for one family */

bool mistake_names_check(const char *name) {
    cnn_mistake_info mistake;
    closest near = {.typed = name, .length = strlen(name)};
    if (cnn_mistake_find(name, NULL))
        return true;
    for (size_t i = 0; cnn_mistake_at(i, &mistake); i++)
        closest_offer(&near, mistake.name);
    report_error("no mistake %s; %s%s%s", name, near.word[0] ? "did you mean " : "",
                 near.word[0] ? near.word : "cnn help mistakes lists them",
                 near.word[0] ? "?" : "");
    return false;
}

/* In the order of cnn_mistake_family: the effect on a run. */
static const char *const effects[CNN_MISTAKE_FAMILIES] = {
    "wrong gradient, and it learns about as well: only the check sees it",
    "wrong gradient, and it learns, but worse",
    "wrong gradient, and it learns nothing",
    "right gradient; data, first weights, rate or update are wrong",
    "right gradient, and no harm until numbers are unusual",
};

static void list_family(cnn_mistake_family family) {
    char names[NAMES_SIZE] = "";
    cnn_mistake_info mistake;
    for (size_t i = 0, used = 0; cnn_mistake_at(i, &mistake) && used < sizeof names; i++)
        if (mistake.family == family)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? " " : "",
                                     mistake.name);
    printf("%s%s%s: %s\n  ", terminal_style(stdout, LOOK_BOLD), cnn_mistake_family_name(family),
           terminal_style(stdout, LOOK_PLAIN), effects[family]);
    print_wrapped(stdout, 2, "%s", names);
}

void mistake_names_list(void) {
    for (int family = 0; family < CNN_MISTAKE_FAMILIES; family++)
        list_family((cnn_mistake_family)family);
    printf("cnn help NAME explains one; cnn train, gradcheck, doctor --break NAME makes it.\n");
}

void mistake_names_verdict(const cnn_mistake_info *mistake, char *text, size_t size) {
    if (mistake->red[0])
        snprintf(text, size, "the gradient check turns red: %s%s%s", mistake->red,
                 mistake->needs[0] ? "; needs " : "", mistake->needs);
    else
        snprintf(text, size, "the gradient check stays green%s%s",
                 mistake->needs[0] ? "; needs " : "", mistake->needs);
}

static void print_lines(const char *name, const char *lines) {
    for (const char *end; *lines; lines = *end ? end + 1 : end, name = "") {
        end = lines + strcspn(lines, "\n");
        printf("  %-4s  %.*s\n", name, (int)(end - lines), lines);
    }
}

void mistake_names_explain(const cnn_mistake_info *mistake) {
    char verdict[256];
    mistake_names_verdict(mistake, verdict, sizeof verdict);
    printf("%s%s%s (%s: %s)\n", terminal_style(stdout, LOOK_BOLD), mistake->name,
           terminal_style(stdout, LOOK_PLAIN), cnn_mistake_family_name(mistake->family),
           effects[mistake->family]);
    print_line(stdout, "%s.", mistake->text);
    for (size_t i = 0; i < mistake->edit_count; i++) {
        const cnn_mistake_edit *edit = &mistake->edits[i];
        printf("src/%s, %s()\n", edit->file, edit->function);
        print_lines("is", edit->was);
        print_lines("has", edit->has);
    }
    print_line(stdout, "%s.", verdict);
    if (mistake->seen[0])
        print_line(stdout, "Seen in %s.", mistake->seen);
    printf("\nExample: cnn gradcheck --break %s\n", mistake->name);
}

static json_t *edits_json(const cnn_mistake_info *mistake) {
    json_t *edits = json_array();
    for (size_t i = 0; i < mistake->edit_count; i++) {
        const cnn_mistake_edit *edit = &mistake->edits[i];
        json_line_append(&edits, json_pack("{s:s, s:s, s:s, s:s}", "file", edit->file, "function",
                                           edit->function, "was", edit->was, "has", edit->has));
    }
    return edits;
}

int mistake_names_json(void) {
    cnn_mistake_info mistake;
    json_t *mistakes = json_array();
    for (size_t i = 0; cnn_mistake_at(i, &mistake); i++)
        json_line_append(&mistakes,
                         json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "name", mistake.name,
                                   "family", cnn_mistake_family_name(mistake.family), "text",
                                   mistake.text, "seen", mistake.seen, "red", mistake.red, "needs",
                                   mistake.needs, "edits", edits_json(&mistake)));
    return json_line_print(json_pack("{s:o}", "mistakes", mistakes));
}
