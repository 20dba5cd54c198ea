/* How a batch's callback is called. */
#ifndef SLM_CALLBACK_H
#define SLM_CALLBACK_H

#include <stdbool.h>

#include "slmdb.h"

/* Calls a callback with what its batch came to; NULL is success. */
void slm_call_done(slmdb_done done, void *user, const slmdb_error *result);

/* Calls the functions of work. The progress of nobody goes on. */
bool slm_call_progress(const slmdb_work *work, uint64_t done, uint64_t total);
void slm_call_answer(const slmdb_work *work, const void *document, size_t length);

/* Calls the functions of streams. */
int32_t slm_call_write(slmdb_write write, void *user, const void *data, size_t length);
int32_t slm_call_read(slmdb_read read, void *user, void *buffer, size_t capacity, size_t *length);

/* Whether the calling thread is inside of a callback, where waiting for batches would be waiting for itself. */
bool slm_in_callback(void);

/* Writes SLMDB_BUSY into *error, if there is one, and returns it. */
int32_t slm_refuse_callback(slmdb_error *error);

#endif
