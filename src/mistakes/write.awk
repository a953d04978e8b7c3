# Makes C of src/mistakes/catalog.txt: with -v what=rows the rows of the table, with -v what=pages
# the mistaken pages, one copy of each page of the book, whose functions are told by their first
# argument, `made`, which lines of the catalog to run in place of the book's: one bit for each
# mistake of the page. Run in the root of the tree. A line that is not in its function exactly once is
# an error.

function fail(text) {
    print "write.awk: " text > "/dev/stderr"
    failed = 1
    exit 1
}

function trimmed(text) {
    sub(/^[ \t]+/, "", text)
    sub(/[ \t]+$/, "", text)
    return text
}

# As the text of a string in C.
function quoted(text) {
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    gsub(/\n/, "\\n", text)
    return "\"" text "\""
}

# ------------------------------------------------------------------------------------ reading

# An edit belongs to the page named last; a `page` begins another.
function read_line(key, value) {
    if (key == "mistake") {
        name[++mistakes] = value
        edits[mistakes] = 0
        setting[mistakes] = "none"
        need[mistakes] = "nothing"
    } else if (key == "family")
        family[mistakes] = value
    else if (key == "text")
        text[mistakes] = value
    else if (key == "seen")
        seen[mistakes] = value
    else if (key == "red")
        red[mistakes] = red[mistakes] (red[mistakes] ? ", " : "") value
    else if (key == "needs")
        need[mistakes] = value
    else if (key == "set")
        setting[mistakes] = value
    else if (key == "page") {
        split(value, parts, " ")
        e = ++edits[mistakes]
        file[mistakes, e] = (parts[1] ~ /\//) ? parts[1] : "ops/" parts[1]
        in_function[mistakes, e] = parts[2]
    } else if (key == "was")
        was[mistakes, edits[mistakes]] = value
    else if (key == "has") {
        e = edits[mistakes]
        has[mistakes, e] = has[mistakes, e] (has[mistakes, e] ? "\n" : "") value
    } else
        fail(FILENAME ": line " FNR ": no key " key)
}

/^#/ || /^[ \t]*$/ { next }
{
    key = $1
    read_line(key, substr($0, length(key) + 2))
}

# --------------------------------------------------------------------------------------- rows

function write_row(m,    e) {
    printf "    {.about = {.name = %s,\n", quoted(name[m])
    printf "               .family = CNN_MISTAKE_%s,\n", toupper(family[m])
    printf "               .text = %s,\n", quoted(text[m])
    printf "               .seen = %s,\n", quoted(seen[m])
    printf "               .red = %s,\n", quoted(red[m])
    printf "               .edit_count = %d,\n               .edits = {", edits[m]
    for (e = 1; e <= edits[m]; e++)
        printf "{%s, %s,\n %s,\n %s},\n", quoted(file[m, e]), quoted(in_function[m, e]),
            quoted(was[m, e]), quoted(has[m, e])
    printf "}},\n     .need = NEEDS_%s,\n     .setting = SET_%s},\n", toupper(need[m]),
        toupper(setting[m])
}

function write_rows(    m) {
    print "/* Made of src/mistakes/catalog.txt by write.awk. */"
    print "#include \"mistakes.h\"\n"
    print "const mistake_row mistake_rows[] = {"
    for (m = 1; m <= mistakes; m++)
        write_row(m)
    print "};\n"
    printf "const size_t mistake_row_count = %d;\n", mistakes
}

# -------------------------------------------------------------------------------------- pages

# The lines of a page without comments, includes and its table, and the names that it defines for
# itself: of functions, and others.
function read_page(path,    line, comment, word, in_table) {
    if (path in page_lines)
        return
    while ((getline line < ("src/" path)) > 0) {
        if (line ~ /^[ \t]*\/\*/ || comment) {
            comment = line !~ /\*\//
            continue
        }
        if (line ~ /^static const operation / || in_table) {
            in_table = line !~ /;$/
            continue
        }
        if (line ~ /^#include/ || line == "")
            continue
        page_line[path, ++page_lines[path]] = line
        word = line
        if (line ~ /^static .*\(/ && line !~ / = /) {
            word = defined_in(line)
            is_function[path, word] = 1
        } else if (line ~ /^static .* = /)
            sub(/ = .*/, "", word)
        else if (line ~ /^enum \{ [A-Z_]+ = /) {
            sub(/^enum \{ /, "", word)
            sub(/ = .*/, "", word)
        } else
            continue
        sub(/.*[ *]/, "", word)
        own[path, word] = 1
    }
    close("src/" path)
    if (!(path in page_lines))
        fail("no page src/" path)
}

# The name of the function whose definition begins with this line.
function defined_in(line) {
    sub(/\(.*/, "", line)
    sub(/.*[ *]/, "", line)
    return line
}

# The word of a page: its file name.
function word_of(path) {
    sub(/.*\//, "", path)
    sub(/\.c$/, "", path)
    return path
}

# The line with the page's own names made the copy's, and `made` handed on to its functions.
function renamed(path, line,    out, word, begins) {
    out = ""
    begins = line ~ /^static /
    while (match(line, /[A-Za-z_][A-Za-z0-9_]*/)) {
        word = substr(line, RSTART, RLENGTH)
        out = out substr(line, 1, RSTART - 1) word
        line = substr(line, RSTART + RLENGTH)
        if (!((path, word) in own))
            continue
        out = out "__" word_of(path)
        if ((path, word) in is_function && line ~ /^\(/) {
            out = out (begins ? "(unsigned made, " : "(made, ")
            line = substr(line, 2)
            begins = 0
        }
    }
    return out line
}

function without_end(line) {
    if (line !~ /^[^\n]*;$/)
        fail("no single expression: " line)
    return substr(line, 1, length(line) - 1)
}

# What follows the name in a declaration, up to the next name or the end.
function value_of(declaration, name) {
    if (!match(declaration, "[ *]" name " = "))
        fail("no " name " in " declaration)
    declaration = substr(declaration, RSTART + RLENGTH)
    if (match(declaration, /, [A-Za-z_][A-Za-z0-9_]* = /))
        return substr(declaration, 1, RSTART - 1)
    return without_end(declaration)
}

# One expression of those that the mistakes have, or the book's.
function chosen(count, bits, values, right,    i, out) {
    for (i = 1; i <= count; i++)
        out = out "made & " bits[i] " ? (" values[i] ") : "
    return out right
}

# The book's line, or what the mistakes have in its place: statements, the values of a declaration, or
# an expression that is the end of a statement.
function alternatives(line, before, count, bits, lines,    i, out, name, rest, values) {
    if (before ~ /=$/) {
        for (i = 1; i <= count; i++)
            values[i] = without_end(lines[i])
        return chosen(count, bits, values, without_end(line)) ";"
    }
    if (line ~ /^const /) {
        rest = line
        while (match(rest, /[A-Za-z_][A-Za-z0-9_]* = /)) {
            name = substr(rest, RSTART, RLENGTH - 3)
            out = out (out == "" ? substr(rest, 1, RSTART - 1) : ", ") name " = "
            rest = substr(rest, RSTART + RLENGTH)
            for (i = 1; i <= count; i++)
                values[i] = value_of(lines[i], name)
            out = out chosen(count, bits, values, value_of(line, name))
        }
        return out ";"
    }
    for (i = 1; i <= count; i++)
        out = out "if (made & " bits[i] ") {\n" lines[i] "\n} else "
    return out "{\n" line "\n}"
}

# One bit for each mistake that changes the page.
function give_bits(path,    m, e, bits) {
    for (m = 1; m <= mistakes; m++)
        for (e = 1; e <= edits[m] && setting[m] == "none"; e++)
            if (file[m, e] == path && !((path, m) in bit)) {
                if (bits == 32)
                    fail("more than 32 mistakes in src/" path)
                bit[path, m] = sprintf("1u << %d", bits++)
            }
}

function write_copy(path,    i, line, bare, function_now, m, e, count, bits, lines, found) {
    read_page(path)
    give_bits(path)
    printf "\n/* src/%s */\n", path
    for (i = 1; i <= page_lines[path]; i++) {
        line = page_line[path, i]
        if (line ~ /^static .*\(/)
            function_now = defined_in(line)
        bare = trimmed(line)
        count = 0
        for (m = 1; m <= mistakes; m++)
            for (e = 1; e <= edits[m]; e++)
                if (file[m, e] == path && in_function[m, e] == function_now && was[m, e] == bare) {
                    bits[++count] = bit[path, m]
                    lines[count] = has[m, e]
                    found[m, e]++
                }
        if (count)
            line = alternatives(bare, page_line[path, i - 1], count, bits, lines)
        print renamed(path, line)
    }
    for (m = 1; m <= mistakes; m++)
        for (e = 1; e <= edits[m]; e++)
            if (file[m, e] == path && found[m, e] != 1)
                fail(name[m] ": " found[m, e] + 0 " times in src/" path ": " was[m, e])
}

# Which call of the back end runs this function.
function slot_of(f) {
    if (f ~ /_(dx|backward_input)$/)
        return "backward_input"
    if (f ~ /_(dw|backward_weights)$/)
        return "backward_weights"
    if (f ~ /^softmax_xent_backward$/)
        return "softmax_backward"
    if (f ~ /^softmax/)
        return "softmax_forward"
    return f ~ /^sgd/ ? "sgd" : "adam"
}

# Is it a pass of a layer? Else it is the loss or an update.
function is_pass(slot) {
    return slot ~ /^(forward|backward_)/
}

function function_of(word, slot) {
    if (is_pass(slot))
        return word "_" slot
    if (slot ~ /^softmax/)
        return slot == "softmax_forward" ? "softmax_xent_forward" : "softmax_xent_backward"
    return slot "_step"
}

# The function that makes these mistakes in this call, and what the table says of it.
function made_in(path, slot, a, b,    f, here) {
    f = function_of(word_of(path), slot)
    here = f "__" name[a] (b ? "__" name[b] : "")
    gsub(/-/, "_", here)
    printf "MADE_%s(%s, %s__%s, %s)\n", is_pass(slot) ? "PASS" : toupper(slot), here, f,
        word_of(path), bit[path, a] (b ? " | " bit[path, b] : "")
    return sprintf(",\n     .%s = %s", slot, here)
}

function write_made(path, a, b,    e, slot, entry, given) {
    entry = sprintf("    {.row = %d, .other = %s", a - 1, b ? b - 1 "" : "MISTAKE_ALONE")
    if (path !~ /^ops\/(softmax_xent|sgd|adam)\.c$/)
        entry = entry ", .word = \"" word_of(path) "\""
    for (e = 1; e <= edits[a]; e++) {
        slot = slot_of(in_function[a, e])
        if (file[a, e] != path || slot in given)
            continue
        given[slot] = 1
        entry = entry made_in(path, slot, a, b)
    }
    # The library computes no such layer: all of it is the copy.
    if (path !~ /^ops\//)
        entry = entry made_in(path, "forward", a, b)
    table = table entry "},\n"
}

function first_of(list) {
    sub(/,.*/, "", list)
    return list
}

# Two mistakes of one line each, on one page and in one gradient, which no run of the two can tell.
function paired(a, b) {
    return edits[a] == 1 && edits[b] == 1 && file[a, 1] == file[b, 1] && red[a] != "" &&
           first_of(red[a]) == first_of(red[b]) && was[a, 1] != was[b, 1]
}

function write_pages(    m, o, e, files) {
    print "/* Made of src/mistakes/catalog.txt and the pages by write.awk. */"
    print "#include \"explog.h\"\n#include \"made.h\"\n#include <math.h>\n#include <string.h>"
    for (m = 1; m <= mistakes; m++)
        for (e = 1; e <= edits[m] && setting[m] == "none"; e++)
            if (!(file[m, e] in page_lines))
                write_copy(file[m, e])
    print ""
    for (m = 1; m <= mistakes; m++) {
        split("", files)
        for (e = 1; e <= edits[m] && setting[m] == "none"; e++)
            if (!(file[m, e] in files)) {
                files[file[m, e]] = 1
                write_made(file[m, e], m, 0)
            }
    }
    print "\n#ifdef MISTAKEN_PAIRS"
    alone = table
    table = ""
    for (m = 1; m <= mistakes; m++)
        for (o = m + 1; o <= mistakes; o++)
            if (paired(m, o))
                write_made(file[m, 1], m, o)
    print "#endif\n"
    printf "const mistaken_page MISTAKEN_TABLE[] = {\n%s#ifdef MISTAKEN_PAIRS\n%s#endif\n", alone, table
    print "    {.row = MISTAKE_END},\n};"
}

END {
    if (failed)
        exit 1
    if (what == "rows")
        write_rows()
    else
        write_pages()
}
