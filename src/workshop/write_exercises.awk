# Makes C of src/workshop/exercises/*.txt: the rows of the table of exercises, in the order of their
# places. A file has these lines, and after `text` the C file to fill in:
#
#   exercise NAME
#   place N            in the course, from 1
#   solves KIND        the layer's word, "softmax", or the optimizer's name
#   summary TEXT       one line
#   changes NAMES      arrays that are read and replaced; left out: none
#   case TITLE | LAYER | IMAGES HxWxC | WITH     from the smallest up; WITH may be left out: "ties" or
#                      "large" (src/workshop/problem.c)
#   speed LAYER | IMAGES HxWxC                  a larger case, to measure the speed on
#   hint TEXT          from general to particular
#   text
#
# Each "void NAME(...)" of the text is a function of the exercise; its parameters follow from it.

function fail(text) {
    print "write_exercises.awk: " FILENAME ":" FNR ": " text > "/dev/stderr"
    failed = 1
    exit 1
}

function quoted(text) {
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    return "\"" text "\""
}

function trimmed(text) {
    gsub(/[ \t]+/, " ", text)
    sub(/^ /, "", text)
    sub(/ $/, "", text)
    return text
}

# One row of the parameters: its kind, name, and the sizes of an array, "N H W C".
function parameter(text, kind, name, sizes) {
    text = trimmed(text)
    name = text
    sub(/\[.*/, "", name)
    sub(/.* /, "", name)
    sizes = text
    if (!sub(/^[^[]*\[/, "", sizes))
        sizes = ""
    gsub(/\]\[/, " ", sizes)
    sub(/\]$/, "", sizes)
    if (text ~ /^int [^[]*$/)
        kind = "SIZE"
    else if (text ~ /^float [^[]*$/)
        kind = "REAL"
    else if (text ~ /^const int .*\[/)
        kind = "LABELS"
    else if (text ~ /^const float .*\[/)
        kind = "INPUT"
    else if (text ~ /^float .*\[/)
        kind = index(" " changes " ", " " name " ") ? "CHANGED" : "OUTPUT"
    else
        fail("no parameter of an exercise: " text)
    return "    {CNN_ARGUMENT_" kind ", " quoted(name) ", " quoted(sizes) "},\n"
}

function end_function(head, name, list, count, i) {
    sub(/ *\{.*/, "", head)
    head = trimmed(head)
    name = head
    sub(/\(.*/, "", name)
    sub(/.* /, "", name)
    list = head
    sub(/^[^(]*\(/, "", list)
    sub(/\)[^)]*$/, "", list)
    count = split(list, pieces, ",")
    printf "static const exercise_parameter parameters_%s[] = {\n", name
    for (i = 1; i <= count; i++)
        printf "%s", parameter(pieces[i])
    print "};"
    functions = functions "    {" quoted(name) ", " quoted(head) ", " count ", parameters_" name "},\n"
    function_count++
}

function read_key(key, value, parts, count) {
    if (key == "exercise")
        name = value
    else if (key == "place")
        place = value
    else if (key == "solves")
        kind = value
    else if (key == "summary")
        summary = value
    else if (key == "changes")
        changes = value
    else if (key == "hint") {
        hints = hints "    " quoted(value) ",\n"
        hint_count++
    } else if (key == "case") {
        count = split(value, parts, " *[|] *")
        if (count < 3 || !match(parts[3], /^[0-9]+ [0-9]+x[0-9]+x[0-9]+$/))
            fail("a case is TITLE | LAYER | IMAGES HxWxC | WITH")
        gsub(/[ x]/, ", ", parts[3])
        cases = cases "    {" quoted(parts[1]) ", {" quoted(parts[2]) ", " parts[3] "}, " \
            quoted(count > 3 ? parts[4] : "") "},\n"
        case_count++
    } else if (key == "speed") {
        split(value, parts, " *[|] *")
        gsub(/[ x]/, ", ", parts[2])
        speed = "{\"speed\", {" quoted(parts[1]) ", " parts[2] "}, \"\"}"
    } else if (key == "text")
        in_text = 1
    else
        fail("no key " key)
}

function end_file() {
    if (name == "")
        return
    printf "static const exercise_function functions_%s[] = {\n%s};\n", name, functions
    printf "static const exercise_case cases_%s[] = {\n%s};\n", name, cases
    printf "static const char *const hints_%s[] = {\n%s};\n", name, hints
    printf "static const char text_%s[] =\n%s;\n\n", name, text
    if (place + 0 < 1 || place in row)
        fail(name ": the place is taken, or there is none")
    last = place + 0 > last ? place + 0 : last
    row[place + 0] = "    {{" quoted(name) ", " quoted(summary) ", text_" name ", " \
        function_count ", " case_count ", " hint_count "},\n     " quoted(kind) ", functions_" name \
        ", cases_" name ", hints_" name ",\n     " speed "},\n"
}

BEGIN {
    print "/* Written by write_exercises.awk. */\n#include \"exercise.h\"\n"
}

FNR == 1 {
    end_file()
    name = kind = speed = summary = changes = place = text = functions = cases = hints = head = ""
    function_count = case_count = hint_count = in_text = 0
}

!in_text {
    value = $0
    sub(/^[^ ]* */, "", value)
    if ($0 !~ /^ *$/)
        read_key($1, value)
    next
}

{
    text = text "    " quoted($0 "\001") "\n"
    gsub(/\001/, "\\n", text)
    if ($0 ~ /^void /)
        head = $0
    else if (head != "")
        head = head " " $0
    if (head ~ /\)[ ]*\{?$/ && head !~ /\{$/ || head ~ /\{$/) {
        if (head != "")
            end_function(head)
        head = ""
    }
}

END {
    if (failed)
        exit 1
    end_file()
    print "const exercise_row exercise_rows[] = {"
    for (i = 1; i <= last; i++)
        if (i in row)
            printf "%s", row[i]
    print "};"
    print "const size_t exercise_row_count = sizeof exercise_rows / sizeof *exercise_rows;"
}
