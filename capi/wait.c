#define _POSIX_C_SOURCE 200809L
#include "wait.h"

#include <errno.h>

void slm_waiter_make(slm_waiter *waiter) { sem_init(&waiter->done, 0, 0); }

int32_t slm_waited(slm_waiter *waiter, int32_t status) {
  if (status == SLM_SUBMITTED) {
    while (sem_wait(&waiter->done) != 0 && errno == EINTR) {}
    status = waiter->status;
  }
  sem_destroy(&waiter->done);
  return status;
}

void slm_wake(slm_waiter *waiter, int32_t status) {
  waiter->status = status;
  sem_post(&waiter->done);
}
