# Settings of builds for WebAssembly; the Makefile includes this file with
#
#   WASM=relaxed   SIMD128 and its relaxed multiply-add, which is fused: the bits of the book
#   WASM=plain     SIMD128 alone, which any engine has: the bits of base on SSE2
#
# Needs clang 19 or newer (LLVM=22), its linker and wasi-libc. The host's headers are kept out, since
# they would seem to work until the link.
LLVM ?= 19
WASI_INCLUDE ?= /usr/include/wasm32-wasi

# fmaf() would be a call in software: where it is not fused, each unit rounds twice.
WASM_FLAGS_relaxed := -mrelaxed-simd
WASM_FLAGS_plain   := -DCNN_ROUNDINGS=2
ROUNDINGS_wasm32   := $(if $(filter relaxed,$(WASM)),1,2)

override CC := clang-$(LLVM) --target=wasm32-wasi -nostdlibinc -isystem $(WASI_INCLUDE) \
               -isystem $(JANSSON) -msimd128 -msign-ext -mnontrapping-fptoint $(WASM_FLAGS_$(WASM))
override POOL := serial

# The kernels, and the book in double, which checks gradients, are optimized for speed, nearly all else
# for size: it costs no time that could be measured, and a quarter of the module.
override OPT := -Oz
SIMD_OPT := -O3
$(BUILD)/src/ops/book_double.o: CFLAGS_ALL += $(SIMD_OPT)

# And where most of the time goes that a drawing takes to become an image: the answer follows the pen.
$(patsubst %,$(BUILD)/src/picture/%.o,light opening plane runs): override OPT := -O2

# Kernels and book have the same instruction set here: they are one unit, and share the pages.
WASM_BOOK := -DBOOK_TABLE=book_float -include src/ops/book.c

# Files, folders, threads, zlib and libpng: bytes go in and out by memory, and the module's user
# decompresses and decodes them.
WASM_WITHOUT := $(patsubst %,src/%.c,\
                  base/file base/quota data/folder data/gunzip data/idx data/idx_names \
                  data/picture_folder files/checkpoint files/checkpoint_bytes files/checkpoint_fields \
                  files/checkpoint_resume files/checkpoint_write files/paths picture/picture_parse \
                  picture/png_chunks picture/png_read picture/png_rows)

# From its own source (scripts/jansson-source), as no package has it for this processor.
JANSSON_PARTS := dump error hashtable hashtable_seed load memory pack_unpack strbuffer strconv utf value \
                 version
WASM_LIBS := $(JANSSON_PARTS:%=$(BUILD)/jansson/%.o)
$(WASM_LIBS): $(BUILD)/jansson/%.o: $(JANSSON)/%.c
	@mkdir -p $(@D)
	$(call SAY,CC)
	$(QUIET)$(CC) -std=c11 -fvisibility=hidden $(OPT) -DHAVE_CONFIG_H -c $< -o $@

comma := ,
# A module without main() that shows all of the public interface.
WASM_MODULE := -mexec-model=reactor -s -Wl,--export-dynamic,--gc-sections,--export=malloc,--export=free \
               -Wl,-z,stack-size=262144,--max-memory=1073741824

# The lab's: only what lab/*.c shows.
LAB_MODULE := $(subst --export-dynamic$(comma),,$(WASM_MODULE))

# Tests as programs for WASI, with cmocka's assertions from tests/wasi/.
WASM_HELPERS := $(patsubst %,tests/%.c,answers book_twice books conv_grid explained_model naive pairs \
                  sample same_bits)
$(BUILD)/tests/%.o: CFLAGS_ALL += -Itests/wasi
WASM_TESTS := as_data avgpool2d blocks calls_all defaults diagnose exact explain explain_hand fit_turned \
              gradcheck init leakyrelu maxpool2d mistakes once peers_words profile program pytorch_layout \
              random real_text relu_softmax schedules scratch simd slope train updates
# These hold the book to one rounding.
WASM_TESTS_relaxed := conv2d dense optimizers
WASM_PROGRAMS := $(patsubst %,$(BUILD)/tests/test_%,$(WASM_TESTS) $(WASM_TESTS_$(WASM)))
wasm-tests: $(WASM_PROGRAMS) $(BUILD)/tests/cross_bits $(BUILD)/tests/same_run
	@tests/run $(WASM_PROGRAMS)
