# make            the library and the command, in build/
# make mnist      installs what is missing, builds, gets MNIST, trains, reports
# make test       installs what is missing, builds and runs every test
# make compare    sets NumPy, PyTorch and this side by side (QUICK=1: in a few minutes)
# make parity     the same numbers as PyTorch, step by step (QUICK=1: in five minutes)
# make bench      the chip's bounds, and how near to them each layer and each step of training comes
#                 (NETWORK=FILE for another network, JSON=1); LADDER=1: one convolution from naive
#                 to fast in numbered steps
# make mistakes   measures the classic mistakes of src/mistakes and writes docs/mistakes.md
# make wasm       the library without files and threads as two WebAssembly modules, in build/wasm/
# make fuzz       bytes made up by libFuzzer for each parser, TIME=60 seconds each (FUZZ=NAME: one)
# make coverage   how much of the library the tests run, by lines and branches
# make mutants    small changes of the sources that the tests have to notice (COUNT=300 SEED=1)
# make check      tests under two compilers, the sanitizers and qemu, floors, format, house figures
# make install    puts it in place; make uninstall takes it away again
#
# Settings, all of which may have blanks but BUILD: DESTDIR, PREFIX (/usr/local) and what lies in
# it, BINDIR LIBDIR INCLUDEDIR DATADIR MANDIR; CC AR OBJCOPY STRIP; CPPFLAGS CFLAGS LDFLAGS LDLIBS,
# which reach every compilation and every link. CFLAGS come last, so an -O2 there wins over OPT
# (-O3). WERROR=1: warnings are errors. POOL=serial: without threads. BUILD: another folder.
MAKEFLAGS += -rR
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:

# What takes away is not begun beside what makes.
ifneq ($(filter clean uninstall,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif

BUILD  ?= build
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
POOL   ?= threads

# What is no wish of the caller's but make's own setting, or none, gets ours.
tool = $(if $(filter default undefined,$(origin $(1))),$(2),$($(1)))
CC     := $(call tool,CC,gcc)
AR     := $(call tool,AR,ar)
OBJCOPY ?= objcopy
STRIP  ?= strip

# WASM=relaxed or plain, as `make wasm` says: compiled for WebAssembly.
ifdef WASM
include wasm.mk
endif

# The processor that is compiled for, which -m32 in CC or CFLAGS may change.
MACHINE := $(shell $(CC) $(CPPFLAGS) $(CFLAGS) -E -dM -x c /dev/null 2>/dev/null | sed -n \
             $(foreach m,x86_64 i386 aarch64 wasm32,-e 's/^.define __$(m)__ 1$$/$(m)/p'))
# The old unit for floats of i386 computes in 80 bits and rounds when it likes to.
ARITHMETIC_i386 := -msse2 -mfpmath=sse
THREADED := $(if $(WASM),,-pthread)

OPT    ?= -O3
WARN   := -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes $(if $(WERROR),-Werror)
# Contraction would round some sums once and others twice: every multiply-add is written out.
# Without the prefix two folders would give two libraries. Where `long` has 32 bits, files beyond
# 2 GB and times after 2038 are asked for.
STRICT := -std=c11 -ffp-contract=off -fno-math-errno -fvisibility=hidden $(THREADED) \
          -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 "-ffile-prefix-map=$(CURDIR)=." \
          $(ARITHMETIC_$(MACHINE)) $(if $(filter serial,$(POOL)),-DCNN_SERIAL)
CFLAGS_ALL = $(STRICT) $(OPT) -g $(WARN) -Iinclude \
             $(addprefix -Isrc/,base ops simd mistakes picture data network engine explain train check files) $(CPPFLAGS) $(CFLAGS) $(if $(WASM),,-fPIC)
LINK   = $(CC) $(CFLAGS_ALL) $(LDFLAGS)
LIBS   = $(or $(WASM_LIBS),-ljansson -lpng -lz) -lm $(THREADED) $(LDLIBS)
VERSION := $(shell sed -n 's/^.define CNN_VERSION "\(.*\)"/\1/p' include/cnn.h)
# Until 1.0 minor versions may differ in anything: programs find the one that they were linked to.
SONAME := libcnn.so.$(basename $(VERSION))

# The book is one unit (src/ops/book.c takes in its pages), compiled once per number type and
# instruction set; each object exports one table.
FMA_x86_64 := book_float_fma book_double_fma
FMA_i386   := $(FMA_x86_64)
BOOKS  := $(if $(WASM),,book_float) book_double $(FMA_$(MACHINE))
FLAGS_book_float  := -DBOOK_TABLE=book_float
FLAGS_book_double := -DBOOK_TABLE=book_double -DCNN_REAL=double
FLAGS_book_float_fma  := -DBOOK_TABLE=book_float_fma -mavx2 -mfma
FLAGS_book_double_fma := -DBOOK_TABLE=book_double_fma -DCNN_REAL=double -mavx2 -mfma

# The vector kernels: one unit, one object per instruction set. Where base has no fused multiply-add
# it rounds twice.
SIMD_x86_64 := simd_avx2 simd_avx512
SIMD_i386   := simd_avx2
SIMDS  := simd_base $(SIMD_$(MACHINE))
ROUNDINGS_aarch64 := 1
ROUNDINGS := $(or $(ROUNDINGS_$(MACHINE)),2)
FLAGS_simd_base := -DVECTOR_BYTES=16 -DCNN_ROUNDINGS=$(ROUNDINGS) -Wno-psabi
FLAGS_simd_avx2 := -DVECTOR_BYTES=32 -mavx2 -mfma
FLAGS_simd_avx512 := -DVECTOR_BYTES=64 -mavx2 -mfma -mavx512f -mavx512vl -mavx512bw -mavx512dq \
                     -mprefer-vector-width=512
SIMD_NAMES = -DSIMD_TABLE=$(1) -DSIMD_NAME='"$(1:simd_%=%)"'

# The classic mistakes (src/mistakes/catalogue.txt): the rows of their table, and the book's pages
# with one line changed, once for each build of the book.
MISTAKES := src/mistakes/catalogue.txt src/mistakes/write.awk
MISTAKEN := $(BOOKS:book_%=mistaken_%)
FLAGS_mistaken_float := -DMISTAKEN_TABLE=mistaken_float
FLAGS_mistaken_double := -DMISTAKEN_TABLE=mistaken_double -DCNN_REAL=double -DMISTAKEN_PAIRS
FLAGS_mistaken_float_fma := -DMISTAKEN_TABLE=mistaken_float_fma -mavx2 -mfma
FLAGS_mistaken_double_fma := -DMISTAKEN_TABLE=mistaken_double_fma -DCNN_REAL=double -DMISTAKEN_PAIRS \
                             -mavx2 -mfma
MISTAKE_OBJECTS := $(patsubst %,$(BUILD)/src/mistakes/%.o,catalogue rows mistaken $(MISTAKEN))

# Kernels are one unit each: -flto could only take their flags away. And whoever makes inputs up
# learns nothing from the arithmetic, and is slowed down by it (make fuzz).
APART_FLAGS := -fno-lto $(if $(FUZZING),-fno-sanitize=fuzzer-no-link)

PAGES  := $(filter-out src/ops/dispatch.c,$(wildcard src/ops/*.c))
# A layer's page is found by its file's name: a new one is in every back end. src/ops/pages.h names
# the others.
OTHER_PAGES := book $(shell sed -n 's/^.include "\(.*\)\.c"$$/\1/p' src/ops/pages.h)
LAYER_PAGES := $(filter-out $(OTHER_PAGES),$(PAGES:src/ops/%.c=%))
PAGE_FLAGS := $(LAYER_PAGES:%=-include src/ops/%.c) \
              "-DLAYER_PAGES=$(patsubst %,PAGE(%),$(LAYER_PAGES))"

# So is a layer's explanation, src/explain/explain_WORD.c.
EXPLAINED := $(patsubst src/explain/explain_%.c,%,$(wildcard src/explain/explain_*.c))

POOLS  := src/base/pool.c src/base/pool_serial.c
POOL_UNIT := $(if $(filter serial,$(POOL)),src/base/pool_serial.c,src/base/pool.c)
UNITS  := $(filter-out $(PAGES) src/simd/% src/mistakes/% $(POOLS) $(WASM_WITHOUT),$(wildcard src/*/*.c)) $(POOL_UNIT)
OBJECTS := $(UNITS:%.c=$(BUILD)/%.o) $(MISTAKE_OBJECTS) $(BOOKS:%=$(BUILD)/src/ops/%.o) \
           $(SIMDS:%=$(BUILD)/src/simd/%.o)
CLI    := $(patsubst %.c,$(BUILD)/%.o,$(wildcard cli/*.c))
TESTS  := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c))
BENCHES := $(patsubst %,$(BUILD)/bench/%,bench ladder conv_rate predict_rate train_rate wasm_rate)
APART  := $(wildcard tests/test_*.c) tests/cross_bits.c tests/same_run.c tests/faults_preload.c tests/interface.c
HELPERS := $(patsubst %.c,$(BUILD)/%.o,$(or $(WASM_HELPERS),$(filter-out $(APART),$(wildcard tests/*.c))))

# The harnesses of fuzz/ under libFuzzer, in a build of their own; in tests each has a name of its
# own and is fed the files that are kept.
HARNESSES := $(patsubst fuzz/%.c,%,$(wildcard fuzz/fuzz_*.c))
FUZZERS := $(HARNESSES:%=$(BUILD)/fuzz/%)
REPLAYED := $(HARNESSES:%=$(BUILD)/fuzz/%.o) $(BUILD)/fuzz/harness.o

# The loops that measure the chip: one unit, one object per instruction set.
LOOPS_x86_64 := loops_avx2 loops_avx512
LOOPS  := loops_plain $(LOOPS_$(MACHINE))
FLAGS_loops_plain  := -DLOOPS_NAME='"plain"' -DLOOPS_BYTES=16
FLAGS_loops_avx2   := -DLOOPS_NAME='"avx2"' -DLOOPS_BYTES=32 -mavx2 -mfma
FLAGS_loops_avx512 := -DLOOPS_NAME='"avx512"' -DLOOPS_BYTES=64 -mavx512f -mfma
BENCH_PARTS := $(patsubst %,$(BUILD)/bench/%.o,bound chip core_latency results results_json results_text \
               bench_model $(LOOPS))

# The ladder, built as the vector kernels are.
RUNG_TABLES := $(SIMDS:simd_%=rungs_%)
LADDER_PARTS := $(patsubst %,$(BUILD)/bench/%.o,ladder_problem $(RUNG_TABLES))

# Short lines; V=1 shows whole commands, -s nothing.
QUIET := $(if $(V),,@)
SILENT := $(findstring s,$(firstword -$(MAKEFLAGS)))
SAY    = $(if $(V)$(SILENT),,@echo '  $(1) $(patsubst $(BUILD)/%,%,$@)')

JOBS   ?= $(shell nproc 2>/dev/null || echo 2)

.PHONY: all benches mistakes wasm mnist test run-tests compare parity bench fuzz fuzzers check coverage mutants floors \
        format house install uninstall clean
all: $(BUILD)/libcnn.a $(BUILD)/libcnn.so $(BUILD)/cnn $(BUILD)/cnn.1 $(BUILD)/cnn.bash \
     $(BUILD)/cnn.zsh

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call SAY,CC)
	$(QUIET)$(CC) $(CFLAGS_ALL) -MMD -MP -c $< -o $@

# The gradient check follows the network in double.
$(addprefix $(BUILD)/src/check/,gradcheck.o checked_network.o broken.o diagnose.o worked.o properties.o slope.o): CFLAGS_ALL += -DCNN_REAL=double

$(BUILD)/src/explain/explained.o: $(EXPLAINED:%=src/explain/explain_%.c)
$(BUILD)/src/explain/explained.o: \
  CFLAGS_ALL += "-DEXPLAINED_LAYERS=$(patsubst %,EXPLAINED(%),$(EXPLAINED))"

$(BOOKS:%=$(BUILD)/src/ops/%.o): $(BUILD)/src/ops/%.o: src/ops/book.c $(PAGES)
	@mkdir -p $(@D)
	$(call SAY,CC)
	$(QUIET)$(CC) $(CFLAGS_ALL) $(FLAGS_$*) $(APART_FLAGS) $(PAGE_FLAGS) \
	  -MMD -MP -c $< -o $@

$(SIMDS:%=$(BUILD)/src/simd/%.o): $(BUILD)/src/simd/%.o: src/simd/kernels.c $(PAGES)
	@mkdir -p $(@D)
	$(call SAY,CC)
	$(QUIET)$(CC) $(CFLAGS_ALL) $(SIMD_OPT) $(FLAGS_$*) $(call SIMD_NAMES,$*) $(APART_FLAGS) \
	  $(PAGE_FLAGS) $(WASM_BOOK) -MMD -MP -c $< -o $@

$(BUILD)/src/mistakes/rows.c $(BUILD)/src/mistakes/pages.c: $(BUILD)/src/mistakes/%.c: \
  $(MISTAKES) $(PAGES) src/mistakes/flatten.c
	@mkdir -p $(@D)
	$(QUIET)awk -v what=$* -f src/mistakes/write.awk src/mistakes/catalogue.txt >$@
$(BUILD)/src/mistakes/rows.o: $(BUILD)/src/mistakes/rows.c
	$(call SAY,CC)
	$(QUIET)$(CC) $(CFLAGS_ALL) -MMD -MP -c $< -o $@
$(MISTAKEN:%=$(BUILD)/src/mistakes/%.o): $(BUILD)/src/mistakes/%.o: $(BUILD)/src/mistakes/pages.c
	$(call SAY,CC)
	$(QUIET)$(CC) $(CFLAGS_ALL) $(FLAGS_$*) $(APART_FLAGS) -MMD -MP -c $< -o $@

# Internal names are made local, so that a program may use the same ones. For that, what -flto has
# put off is done here; whatever other flags bring along comes with the last link.
PARTLY  = -r -nostdlib -fPIC $(filter -m% -O% -flto% -fuse-ld=%,$(OPT) $(CFLAGS) $(LDFLAGS)) \
          $(if $(findstring clang,$(CC)),,-flinker-output=nolto-rel) $(PARTLY_$(MACHINE))
# Functions that several objects bring and the linker keeps once (gcc's for -fPIC on i386) are taken
# in: of names made local no other could stand for them.
PARTLY_i386 := -Wl,--force-group-allocation
$(BUILD)/libcnn.a: $(OBJECTS)
	$(call SAY,AR)
	$(QUIET)$(CC) $(PARTLY) -o $(BUILD)/libcnn.o $(OBJECTS)
	$(QUIET)$(OBJCOPY) --localize-hidden $(BUILD)/libcnn.o
	$(QUIET)rm -f $@
	$(QUIET)$(AR) rcs $@ $(BUILD)/libcnn.o

$(BUILD)/libcnn.so: $(OBJECTS)
	$(call SAY,LD)
	$(QUIET)$(LINK) -shared -Wl,-soname,$(SONAME) -o $@ $(OBJECTS) $(LIBS)

$(BUILD)/cnn.wasm: $(OBJECTS) $(WASM_LIBS)
	$(call SAY,LD)
	$(QUIET)$(CC) $(OPT) $(WASM_MODULE) -o $@ $^ -lm

# The command shares src/base with the library, whose names are local in libcnn.a (scripts/floors:
# nothing else of its inside).
$(BUILD)/cnn: $(CLI) $(OBJECTS)
	$(call SAY,LD)
	$(QUIET)$(LINK) -o $@ $^ $(LIBS)

# What the command says of itself.
$(BUILD)/cnn.1: $(BUILD)/cnn
	$(QUIET)$< help --man >$@
$(BUILD)/cnn.bash $(BUILD)/cnn.zsh: $(BUILD)/cnn.%: $(BUILD)/cnn
	$(QUIET)$< help --completion $* >$@

# Tests see the internal names, and may let any request for memory fail (tests/allocations.c).
WRAPPED := $(if $(WASM),,-Wl,--wrap=aligned_alloc,--wrap=malloc,--wrap=realloc,--wrap=free,--wrap=inflateInit2_)
# Sees each call that changes a disk.
$(BUILD)/tests/test_power: \
  WRAPPED += -Wl,--wrap=open,--wrap=open64,--wrap=read,--wrap=write,--wrap=fsync \
             -Wl,--wrap=rename,--wrap=unlink
# Adds a page to the book, or takes the place of one.
$(BUILD)/tests/test_gradcheck_kinks $(BUILD)/tests/test_scratch: WRAPPED += -Wl,--wrap=ops_operation
$(BUILD)/tests/%: $(BUILD)/tests/%.o $(HELPERS) $(OBJECTS)
	$(call SAY,LD)
	$(QUIET)$(LINK) $(WRAPPED) -o $@ $(filter %.o,$^) $(LIBS) $(if $(WASM),,-lcmocka)

$(BUILD)/tests/book_twice.o: $(PAGES)
$(BUILD)/tests/book_twice.o: CFLAGS_ALL += $(PAGE_FLAGS) -DCNN_ROUNDINGS=2
$(BUILD)/tests/test_corpora: $(REPLAYED)
$(BUILD)/tests/test_ladder: $(LADDER_PARTS)
$(BUILD)/tests/test_ladder.o: CFLAGS_ALL += -Ibench
$(BUILD)/fuzz/%.o: CFLAGS_ALL += -Itests $(if $(FUZZING),,-DLLVMFuzzerTestOneInput=$(notdir $*))
$(BUILD)/fuzz/fuzz_%: $(BUILD)/fuzz/fuzz_%.o $(BUILD)/fuzz/harness.o $(BUILD)/tests/allocations.o \
                      $(OBJECTS)
	$(call SAY,LD)
	$(QUIET)$(LINK) $(WRAPPED) -fsanitize=fuzzer -o $@ $^ $(LIBS)

# Loaded into the command, where it lets requests fail (tests/test_faults.c).
$(BUILD)/tests/faults.so: tests/faults_preload.c
	@mkdir -p $(@D)
	$(call SAY,LD)
	$(QUIET)$(CC) -std=c11 -O1 -g -fPIC -shared $(WARN) $(CPPFLAGS) $(filter -m%,$(CFLAGS)) $(LDFLAGS) \
	  -o $@ $<

$(LOOPS:%=$(BUILD)/bench/%.o): $(BUILD)/bench/%.o: bench/loops.c
	@mkdir -p $(@D)
	$(call SAY,CC)
	$(QUIET)$(CC) $(CFLAGS_ALL) -ffp-contract=fast $(FLAGS_$*) -DLOOPS_TABLE=$* -MMD -MP -c $< -o $@

$(RUNG_TABLES:%=$(BUILD)/bench/%.o): $(BUILD)/bench/rungs_%.o: bench/rungs.c $(PAGES)
	@mkdir -p $(@D)
	$(call SAY,CC)
	$(QUIET)$(CC) $(CFLAGS_ALL) $(SIMD_OPT) $(FLAGS_simd_$*) -DRUNGS_TABLE=rungs_$* \
	  -DBOOK_TABLE=book_rungs_$* -DSIMD_NAME='"$*"' $(APART_FLAGS) $(PAGE_FLAGS) -MMD -MP -c $< -o $@

# Without cmocka, jansson, libpng and zlib, and so without pictures: for processors that are emulated
# (scripts/check neon).
CROSS := $(filter-out $(BUILD)/src/base/json_text.o,\
           $(filter $(BUILD)/src/base/% $(BUILD)/src/ops/% $(BUILD)/src/simd/%,$(OBJECTS))) \
         $(patsubst %.c,$(BUILD)/%.o,\
           $(filter-out src/network/network_text.c src/network/peers_words.c src/network/text_reader.c,$(wildcard src/network/*.c)) \
           $(filter-out src/engine/model_pictures.c,$(wildcard src/engine/*.c)) $(wildcard src/train/*.c) \
           src/data/dataset.c src/data/class_names.c tests/same_bits.c tests/book_twice.c) \
         $(MISTAKE_OBJECTS)
$(BUILD)/cross_bits: $(BUILD)/tests/cross_bits.o $(CROSS)
	$(call SAY,LD)
	$(QUIET)$(LINK) -static -o $@ $^ -lm -pthread

# Timing programs over the library's objects; the comparison runs them.
$(BUILD)/bench/bench: $(BENCH_PARTS)
$(BUILD)/bench/ladder: $(LADDER_PARTS)
$(BUILD)/bench/%: $(BUILD)/bench/%.o $(BUILD)/bench/serve.o $(OBJECTS)
	$(call SAY,LD)
	$(QUIET)$(LINK) -o $@ $^ $(LIBS)

mnist:
	@scripts/need build data
	@$(MAKE) --no-print-directory -j $(JOBS) all
	@scripts/fetch-data mnist
	@$(BUILD)/cnn train networks/simple.net --data data/mnist --out $(BUILD)/mnist.safetensors

test:
	@scripts/need build test
	@$(MAKE) --no-print-directory -j $(JOBS) run-tests

run-tests: all $(TESTS) $(BUILD)/tests/faults.so
	@BUILD=$(BUILD) CNN=$(BUILD)/cnn CC="$(CC)" CFLAGS="$(CPPFLAGS) $(CFLAGS)" \
	  LDFLAGS="$(LDFLAGS)" LDLIBS="$(LDLIBS)" tests/run $(TESTS)

# One module with the bits of the book, one with those of base (wasm.mk).
wasm:
	@scripts/need build wasm
	@scripts/jansson-source $(BUILD)/wasm
	@for bits in relaxed plain; do \
	  $(MAKE) --no-print-directory -j $(JOBS) WASM=$$bits JANSSON=$(BUILD)/wasm/jansson \
	    BUILD=$(BUILD)/wasm/$$bits $(BUILD)/wasm/$$bits/cnn.wasm || exit 1; \
	  cp $(BUILD)/wasm/$$bits/cnn.wasm $(BUILD)/wasm/cnn-$$bits.wasm || exit 1; \
	done

benches: $(BENCHES)

compare: all $(BENCHES)
	@scripts/fetch-data mnist
	@BUILD=$(BUILD) scripts/venv
	@$(BUILD)/venv/bin/python compare/compare.py --build $(BUILD) --out $(BUILD)/compare \
	  $(if $(QUICK),--quick) $(if $(RESUME),--resume)

ifdef LADDER
bench: $(BUILD)/bench/ladder
	@$<
else
bench: $(BUILD)/bench/bench
	@$< $(if $(JSON),--json) $(if $(NETWORK),networks/simple.net $(NETWORK))
endif

mistakes: all
	@scripts/fetch-data mnist
	@scripts/mistakes $(BUILD)

parity: all
	@scripts/fetch-data mnist
	@BUILD=$(BUILD) scripts/venv
	@BUILD=$(BUILD) CC="$(CC)" $(BUILD)/venv/bin/python compare/parity.py $(if $(QUICK),--quick)

fuzz:
	@scripts/need build fuzz
	@TIME=$(TIME) FUZZ="$(FUZZ)" BUILD=$(BUILD) scripts/fuzz

fuzzers: $(FUZZERS)

check:
	@scripts/need build test check
	@scripts/check

# Unoptimized, as else branches would be counted that are not in the text, or the other way round;
# but the vector kernels, which are written to be inlined and folded, would be hundreds of times
# slower. Of the long tests a twentieth.
COVERAGE := BUILD=$(BUILD)/coverage CC=gcc OPT=-O0 SIMD_OPT=-O1 \
            CFLAGS="--coverage -fprofile-update=atomic -DCNN_COVERAGE"
coverage:
	@scripts/need build test coverage
	@rm -rf $(BUILD)/coverage
	@CNN_TEST_SHARE=20 $(MAKE) --no-print-directory -s -j $(JOBS) run-tests $(COVERAGE)
	@scripts/coverage $(BUILD)/coverage

mutants:
	@scripts/need build test
	@scripts/mutants $(or $(COUNT),300) $(or $(SEED),1)

floors:
	@scripts/floors
format:
	@scripts/format
house:
	@scripts/house

# $(call PUT,MODE,FOLDER,FILES[,NAME]): no mode is left to the umask, and folders that are there
# already keep theirs.
PUT = umask 022 && mkdir -p "$(DESTDIR)$(2)" && install -m $(1) $(3) "$(DESTDIR)$(2)/$(4)"
BASH_COMPLETIONS := bash-completion/completions
ZSH_COMPLETIONS  := zsh/site-functions
install: all
	sed "s|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@INCLUDEDIR@|$(INCLUDEDIR)|; \
	  s|@VERSION@|$(VERSION)|; s|^\([a-z]*dir\)=$(PREFIX)/|\1=\$${prefix}/|" libcnn.pc.in \
	  >$(BUILD)/libcnn.pc
	$(call PUT,755,$(BINDIR),$(BUILD)/cnn)
	$(call PUT,644,$(MANDIR)/man1,$(BUILD)/cnn.1)
	$(call PUT,644,$(DATADIR)/$(BASH_COMPLETIONS),$(BUILD)/cnn.bash,cnn)
	$(call PUT,644,$(DATADIR)/$(ZSH_COMPLETIONS),$(BUILD)/cnn.zsh,_cnn)
	$(call PUT,644,$(INCLUDEDIR),include/*.h)
	$(call PUT,644,$(LIBDIR),$(BUILD)/libcnn.a)
	$(call PUT,755,$(LIBDIR),$(BUILD)/libcnn.so,$(SONAME))
	$(call PUT,644,$(LIBDIR)/pkgconfig,$(BUILD)/libcnn.pc)
	ln -sf $(SONAME) "$(DESTDIR)$(LIBDIR)/libcnn.so"
	$(STRIP) --strip-debug "$(DESTDIR)$(BINDIR)/cnn" "$(DESTDIR)$(LIBDIR)/libcnn.a" \
	  "$(DESTDIR)$(LIBDIR)/$(SONAME)"
	$(if $(DESTDIR),,@echo "Where programs do not find $(SONAME): run ldconfig as root.")

uninstall:
	rm -f "$(DESTDIR)$(BINDIR)/cnn" "$(DESTDIR)$(MANDIR)/man1/cnn.1" \
	  "$(DESTDIR)$(DATADIR)/$(BASH_COMPLETIONS)/cnn" "$(DESTDIR)$(DATADIR)/$(ZSH_COMPLETIONS)/_cnn" \
	  $(foreach file,$(notdir $(wildcard include/*.h)),"$(DESTDIR)$(INCLUDEDIR)/$(file)") \
	  $(foreach file,libcnn.a $(SONAME) libcnn.so pkgconfig/libcnn.pc,"$(DESTDIR)$(LIBDIR)/$(file)")

clean:
	rm -rf $(BUILD)

-include $(REPLAYED:.o=.d) $(OBJECTS:.o=.d) $(CLI:.o=.d) $(TESTS:=.d) $(HELPERS:.o=.d) $(BENCHES:=.d) \
         $(BENCH_PARTS:.o=.d) $(LADDER_PARTS:.o=.d)
