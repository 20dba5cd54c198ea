/* What a thread must not leave behind when it ends. */
#ifndef SLM_THREAD_H
#define SLM_THREAD_H

#include <stdint.h>

/* Remembers that the calling thread has begun a write transaction. */
void slm_thread_adopt(uintptr_t txn);

/* Forgets it; harmless if the thread does not have it. */
void slm_thread_disown(uintptr_t txn);

/* Aborts the write transactions that the calling thread has begun and not ended. */
void slm_thread_abort_left(void);

#endif
