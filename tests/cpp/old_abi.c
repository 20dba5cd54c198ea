/* What does the header do with a library of another ABI? This one stands before libslmdb, and says it has another. */
#include <stdint.h>

uint32_t slmdb_abi_version(void);
uint32_t slmdb_abi_version(void) { return 4711; }
