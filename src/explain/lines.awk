# Makes C of the opening comments of the pages: PAGE_LINES, with the word, number and text of each
# line that has a formula, blanks made one.
FNR == 1 {
    word = FILENAME
    gsub(/.*\/|\.c$/, "", word)
    opening = 1
}
opening && / = / {
    text = $0
    gsub(/[ \t]+/, " ", text)
    gsub(/["\\]/, "\\\\&", text)
    lines = lines sprintf(" \\\n    PAGE_LINE(\"%s\", %d, \"%s\")", word, FNR, text)
}
/\*\// { opening = 0 }
END { print "#define PAGE_LINES" lines }
