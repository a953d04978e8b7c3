# Makes C from src/mistakes/catalog.txt: with -v what=rows the rows of the table, with -v what=pages
# the mistaken pages, which are the pages of the book with the lines of the catalog changed. Run in
# the root of the tree. A line that is not in its function exactly once is an error.

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

# The lines of a page without comments and includes, and the names that it defines for itself.
function read_page(path,    line, comment, word) {
    if (path in page_lines)
        return
    while ((getline line < ("src/" path)) > 0) {
        if (line ~ /^[ \t]*\/\*/ || comment) {
            comment = line !~ /\*\//
            continue
        }
        if (line ~ /^#include/ || line == "")
            continue
        page_line[path, ++page_lines[path]] = line
        word = line
        if (line ~ /^static .*\(/ && line !~ / = /)
            sub(/\(.*/, "", word)
        else if (line ~ /^static .* = /)
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

# The line with a suffix at the page's own names, so that many copies fit into one unit.
function renamed(path, line, suffix,    out, word) {
    out = ""
    while (match(line, /[A-Za-z_][A-Za-z0-9_]*/)) {
        word = substr(line, RSTART, RLENGTH)
        out = out substr(line, 1, RSTART - 1) word (((path, word) in own) ? suffix : "")
        line = substr(line, RSTART + RLENGTH)
    }
    return out line
}

# The page with the edits of mistake a, and those of b if that is not 0.
function write_copy(path, a, b, suffix,    i, line, bare, function_now, m, e, done, expected) {
    for (m = a; m; m = (m == a ? b : 0))
        for (e = 1; e <= edits[m]; e++)
            expected += (file[m, e] == path)
    for (i = 1; i <= page_lines[path]; i++) {
        line = page_line[path, i]
        if (line ~ /^static .*\(/) {
            function_now = line
            sub(/\(.*/, "", function_now)
            sub(/.*[ *]/, "", function_now)
        }
        bare = trimmed(line)
        for (m = a; m; m = (m == a ? b : 0))
            for (e = 1; e <= edits[m]; e++)
                if (file[m, e] == path && in_function[m, e] == function_now &&
                    was[m, e] == bare) {
                    line = has[m, e]
                    done++
                }
        print renamed(path, line, suffix)
    }
    if (done != expected)
        fail(name[a] (b ? " with " name[b] : "") ": " done + 0 " of " expected " lines found in src/" path)
}

# Which call of the back end runs this function.
function slot_of(path, f) {
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

function function_of(word, slot) {
    if (slot ~ /^backward/)
        return word "_" slot
    if (slot ~ /^softmax/)
        return slot == "softmax_forward" ? "softmax_xent_forward" : "softmax_xent_backward"
    return slot "_step"
}

# The entry of one copy in the table.
function add_entry(path, a, b, suffix,    e, slot, word, entry, given) {
    word = path
    sub(/.*\//, "", word)
    sub(/\.c$/, "", word)
    entry = sprintf("    {.row = %d, .other = %s", a - 1, b ? b - 1 "" : "MISTAKE_ALONE")
    for (e = 1; e <= edits[a]; e++) {
        if (file[a, e] != path)
            continue
        slot = slot_of(path, in_function[a, e])
        if (slot in given)
            continue
        given[slot] = 1
        if (slot ~ /^backward/)
            entry = entry sprintf(",\n     .word = \"%s\",\n     .passes.%s = %s%s", word, slot,
                                  function_of(word, slot), suffix)
        else
            entry = entry sprintf(",\n     .%s = %s%s", slot, function_of(word, slot), suffix)
    }
    # The library computes no such layer: all of it is the copy.
    if (path !~ /^ops\//)
        entry = entry sprintf(",\n     .passes.forward = %s_forward%s", word, suffix)
    table = table entry "},\n"
}

function write_mistaken(path, a, b,    suffix) {
    suffix = "__" name[a] (b ? "__" name[b] : "")
    gsub(/-/, "_", suffix)
    read_page(path)
    printf "\n/* %s%s */\n", name[a], b ? " with " name[b] : ""
    write_copy(path, a, b, suffix)
    add_entry(path, a, b, suffix)
}

function first_of(list) {
    sub(/,.*/, "", list)
    return list
}

# Two mistakes of one line each, on one page and in one gradient, which need a copy with both lines.
function paired(a, b) {
    return edits[a] == 1 && edits[b] == 1 && file[a, 1] == file[b, 1] && red[a] != "" &&
           first_of(red[a]) == first_of(red[b]) && was[a, 1] != was[b, 1]
}

function write_pages(    m, o, e, files) {
    print "/* Made of src/mistakes/catalog.txt and the pages by write.awk. */"
    print "#include \"explog.h\"\n#include \"mistaken.h\"\n#include <math.h>\n#include <string.h>"
    print "#pragma GCC diagnostic ignored \"-Wunused-function\""
    print "#pragma GCC diagnostic ignored \"-Wunused-variable\""
    print "#pragma GCC diagnostic ignored \"-Wunused-const-variable\""
    print "#pragma GCC diagnostic ignored \"-Wunused-parameter\""
    for (m = 1; m <= mistakes; m++) {
        split("", files)
        for (e = 1; e <= edits[m] && setting[m] == "none"; e++)
            if (!(file[m, e] in files)) {
                files[file[m, e]] = 1
                write_mistaken(file[m, e], m, 0)
            }
    }
    print "\n#ifdef MISTAKEN_PAIRS"
    alone = table
    table = ""
    for (m = 1; m <= mistakes; m++)
        for (o = m + 1; o <= mistakes; o++)
            if (paired(m, o))
                write_mistaken(file[m, 1], m, o)
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
