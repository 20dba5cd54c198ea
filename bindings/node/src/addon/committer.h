/* committer.h: what JavaScript's thread and the one that commits share: see committer.c. */
#ifndef SCOPED_LMDB_COMMITTER_H
#define SCOPED_LMDB_COMMITTER_H

#include "addon.h"

#include <pthread.h>

/* In a put's place: it may be refused for itself. lib/gathering.js has the same. */
#define PUT_OWN (UINT32_C(1) << 31)
/* How a page begins: an array with a length of 32 bits. */
enum { PAGE_HEAD = 5 };

/* A page of puts, a delete or a clear. */
struct op {
  struct op *next;
  slmdb_db *db; /* numbers: one that is closed meanwhile is answered with CLOSED */
  slmdb_scope *scope;
  int what;
  uint32_t first; /* which write of the unit it is */
  uint32_t count;
  size_t length;
  uint32_t *places; /* of each put in the page; in the same memory */
  bool deleted; /* what a delete came to */
  uint64_t cleared; /* and a clear */
  unsigned char *bytes;
};

/* What waits in the queue: gathered writes; or a batch; or scopes to close, which those before it need. */
struct unit {
  struct unit *next;
  void *result; /* NULL: nobody waits */
  struct op *first, *last;
  slmdb_batch *batch;
  slmdb_scope *scope;
  uint32_t count;
  size_t size;
  bool is_answered;
};

struct committer {
  slmdb_env *env;
  /* JavaScript's thread only */
  struct unit *open;    /* what is gathered */
  struct unit *closing; /* scopes that it needs, and that are closed after it */
  /* under the lock */
  pthread_mutex_t lock;
  pthread_cond_t work, idle;
  struct unit *first, *last;
  uint32_t waiting; /* writes that were gathered and wait */
  uint32_t left;    /* as many as when the last ones were answered */
  bool is_busy; /* something waits or is being done */
  bool is_patient; /* it waits for more */
  bool has_ended; /* the slot holds it no longer */
};

/* A committer and its thread; NULL, and answered, if the Env takes no batches or there is no thread. */
struct committer *committer_new(struct instance *self, slmdb_env *env);
/* Takes over a unit. */
void committer_enqueue(struct committer *committer, struct unit *unit);
void unit_free(struct unit *unit);

#endif
