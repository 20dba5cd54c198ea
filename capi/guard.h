/* What must be known before Go may be entered, and what must be done when the library is loaded. */
#ifndef SLM_GUARD_H
#define SLM_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "slmdb.h"

/* True in a child of fork(): Go's threads are gone there, and entering it would hang for ever. */
bool slm_forked(void);

/* Writes SLMDB_FORKED into *error, if there is one, and returns it. */
int32_t slm_refuse_forked(slmdb_error *error);

#endif
