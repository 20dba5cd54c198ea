/*
 * Waiting for a batch in C. A thread that waits inside of Go costs the scheduler a hand-over of its processor to that
 * very thread when it is woken, several times the price of a semaphore.
 */
#ifndef SLM_WAIT_H
#define SLM_WAIT_H

#include <semaphore.h>
#include <stdint.h>

/* What a Go function returns that has submitted a batch for the waiter. */
enum { SLM_SUBMITTED = -1 };

/* Lives on the stack of the thread that waits. */
typedef struct slm_waiter {
  sem_t done;
  int32_t status;
} slm_waiter;

void slm_waiter_make(slm_waiter *waiter);
/* The status, or if it is SLM_SUBMITTED what the batch has come to, once slm_wake has told. */
int32_t slm_waited(slm_waiter *waiter, int32_t status);
/* Any thread, once. The waiter may be gone when it returns. */
void slm_wake(slm_waiter *waiter, int32_t status);

#endif
