/* In place of the C library's, which refuses to be included: cmocka.h beside this needs none of it.
 */
