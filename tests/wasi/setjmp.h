/* Replaces the C library's header, an error for WebAssembly, for cmocka.h here, which needs none.
 */
