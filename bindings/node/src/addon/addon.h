/*
 * addon.h: what the files of the addon share.
 *
 * The addon is a thin layer between lib/native.js and the C ABI. JavaScript calls it without arguments: what goes in
 * and out is in three pieces of memory that both sides know. That costs 10 ns a call where five arguments cost 50:
 *
 *   frame    numbers: handles, lengths, the status (struct frame; lib/native.js has the same list)
 *   request  bytes going in: keys, values, names, at offsets that the frame says
 *   answer   bytes coming out: a value, or a page of entries
 *
 * Short values that are Buffers are written where they stay: into a slab, of which many Buffers are cut.
 *
 * Nothing here is global but two flags of signals.c: every thread that loads the addon has an instance of its own.
 * Whatever numbers JavaScript writes, nothing is read or written outside these pieces of memory.
 */
#ifndef SCOPED_LMDB_ADDON_H
#define SCOPED_LMDB_ADDON_H

#define NAPI_VERSION 8
#include <node_api.h>
#include <slmdb.h>

#include <stdatomic.h>

/* All members are doubles: for JavaScript this is one Float64Array. Handles are ids from handles.c; 0 is none. */
struct frame {
  double status; /* out: SLMDB_OK or what went wrong */
  double handle; /* in: the Env or cursor; out: the handle that was made */
  double txn;
  double db;
  double scope;
  double key; /* offset in request; also a name, a path or the lower bound */
  double key_length;
  double value; /* offset in request; also the upper bound */
  double value_length;
  double flags;
  double limit;  /* entries at the most; bytes of the map */
  double result; /* out: a length or a count */
  double more;   /* out: 1 if a cursor has entries left; if a value was there; if something was done */
  double expected; /* offset in request: the value that compareAndSwap expects */
  double expected_length;
  double option[9]; /* in and out: what only some functions have */
};

enum { FRAME_SLOTS = (int)(sizeof(struct frame) / sizeof(double)) };

struct memory {
  unsigned char *bytes;
  size_t size;
};

enum handle_type { HANDLE_FREE, HANDLE_ENV, HANDLE_DB, HANDLE_SCOPE, HANDLE_TXN, HANDLE_CURSOR, HANDLE_BATCH };

/*
 * A handle of the library, and its place in the tree Env > (Database, Scope, Batch, Txn > (Cursor, child Txn)). Links
 * are indexes or 0.
 */
struct slot {
  void *handle;
  uint32_t generation;
  uint32_t parent;
  uint32_t first_child;
  uint32_t next; /* sibling; in a free slot: the next free one */
  uint32_t previous;
  enum handle_type type;
  bool writes; /* a write transaction */
  struct committer *committer; /* of an Env whose writes are gathered */
  /* Of a transaction whose puts could not be done: what every call with it answers; else NULL. */
  slmdb_error *failed;
  bool failed_is_ours; /* to be freed */
};

struct handles {
  struct slot *slots;
  uint32_t capacity;
  uint32_t used; /* slots that have ever been in use, the unused slot 0 among them */
  uint32_t free; /* the first free slot below `used`; 0: none */
};

/* What an operation on entries is about. */
struct place {
  slmdb_txn *txn;
  slmdb_db *db;
  slmdb_scope *scope;
  const void *key;
  size_t key_length;
};

/* Puts to one place that wait to be done together. */
struct puts {
  double txn; /* ids; 0: none may wait */
  double db;
  double scope;
  struct place at; /* db and scope */
  unsigned char *page;
  size_t capacity;
  size_t length;
  uint32_t count;
  size_t key; /* of the last one: where it is in the page */
  size_t key_length;
  size_t value;
  size_t value_length;
};

/* One loaded addon in one thread. */
struct instance {
  struct frame *frame;
  struct memory request;
  struct memory answer;
  struct memory slab;
  struct frame unattached; /* what `frame` points to before JavaScript has attached its own */
  napi_ref attached[3];
  napi_ref attached_slab;
  struct handles handles;
  struct puts puts;
  struct results *results; /* of batches and jobs; NULL until JavaScript listens */
  struct job *jobs;        /* long work that JavaScript has not forgotten */
  slmdb_error error;       /* of the last call that failed */
};

/* ---- addon.c ---- */

struct instance *instance_of(napi_env env);
/* Answers with a fault that the addon found itself, so that the library was not asked. */
void refuse(struct instance *self, int32_t status, const char *message);
/* The bytes at an offset of the request; false, and answered, if they are not within it. */
bool request_bytes(struct instance *self, double offset, double length, const void **bytes, size_t *size);
/* A whole number from the frame; 0 if it is none. */
uint64_t whole(double number);
void define_function(napi_env env, napi_value exports, const char *name, napi_callback function);

/* A transaction, with all that was put done; NULL, and answered, if it has ended or failed. The only way to one. */
slmdb_txn *find_txn(struct instance *self, double id);
/* The frame's cursor, the same way. */
slmdb_cursor *find_cursor(struct instance *self);
/* The frame's txn, db and scope; false, and answered, if one is none. */
bool find_scope(struct instance *self, struct place *place);
/* The same, and the key. */
bool find_place(struct instance *self, struct place *place);
/* The frame's db and scope, without a transaction. */
bool find_target(struct instance *self, slmdb_db **db, slmdb_scope **scope);
/* The frame's range: key and value are its bounds; flags, limit. */
bool find_range(struct instance *self, slmdb_range *range);
/* Keeps a handle that the library has just made; if that cannot be, answers so and returns false: close it then. */
bool keep_handle(struct instance *self, enum handle_type type, void *handle, double parent);
/* Hands out bytes: in the answer, one after the other, or, if that is too small, in a Buffer, which is returned. */
napi_value hand_out(napi_env env, const void *first, size_t first_length, const void *second, size_t second_length);

/* ---- handles.c: ids for the library's handles ---- */

/* 0 if there is no memory or no id left. parent is an id, or 0. */
double handle_add(struct instance *self, enum handle_type type, void *handle, double parent);
/* The slot of an open handle of this type, or NULL. It moves when the next handle is added. */
struct slot *handle_slot(struct instance *self, enum handle_type type, double id);
/* The id of what a handle is below. */
double handle_parent(struct instance *self, double id);
/* NULL, and answered, if the id is not that of an open handle of this type. */
void *handle_find(struct instance *self, enum handle_type type, double id);
/* Forgets a handle and all below it. Scopes among those below are closed; the library has closed everything else. */
void handle_forget(struct instance *self, double id);
/* Where the committer is of the Env that an id is in; NULL if it is in none. */
struct committer **handle_committer(struct instance *self, double id);
/* JavaScript's thread has ended: what waits in committers is done nevertheless. */
void handle_end_committers(struct instance *self);
/* Remembers that a transaction writes. */
void handle_mark_writer(struct instance *self, double id);
/* Whether a write transaction is open in this thread. */
bool handle_has_writer(const struct instance *self);
/* Whether a transaction of an Env is open in this thread. */
bool handle_has_txns(struct instance *self, double env);
/* Aborts all transactions of this instance. */
void handle_abort_all(struct instance *self);
/* Aborts all transactions of an Env and closes it. Nothing happens if the id is none of an Env. */
void handle_release_env(struct instance *self, double env);
/* The same for every Env of this instance. */
void handle_release_all(struct instance *self);

/* ---- puts.c: puts that wait to be done together ---- */

/* Lets the frame's put wait, if it may. What flags say is in puts.c. */
bool puts_gather(struct instance *self);
/* The library has done the frame's put: those that follow it to the same place may wait. */
void puts_follow(struct instance *self, const struct place *at);
/* Does what waits for a transaction. */
void puts_settle(struct instance *self, double txn);
/* The same, before a scope is closed. */
void puts_close_scope(struct instance *self, double scope);
/* Drops what waits for a transaction, which ends. */
void puts_drop(struct instance *self, double txn);

/* ---- one file each ---- */

void define_env(napi_env env, napi_value exports);
void define_database(napi_env env, napi_value exports);
void define_entries(napi_env env, napi_value exports);
void define_exchange(napi_env env, napi_value exports);
void define_many(napi_env env, napi_value exports);
void define_registry(napi_env env, napi_value exports);
void define_batch(napi_env env, napi_value exports);
void define_gather(napi_env env, napi_value exports);
void define_results(napi_env env, napi_value exports);
void define_scope(napi_env env, napi_value exports);
void define_txn(napi_env env, napi_value exports);
void define_cursor(napi_env env, napi_value exports);
void define_maintenance(napi_env env, napi_value exports);

/* ---- batch.c, gather.c, committer.c: writes ---- */

/* What is added to a batch, or to writes that are gathered; lib/native/batch.js has the same numbers. */
enum { ADD_PUT = 1, ADD_PUT_IF_ABSENT = 2, ADD_DELETE = 3, ADD_CLEAR = 4, ADD_PUT_MANY = 5 };

/* A committer may be NULL in all of these but committer_queue_batch. */
bool committer_is_busy(struct committer *committer);
/* Submits a batch after what the committer has to do; false, and answered, if there is no memory. */
bool committer_queue_batch(struct instance *self, struct committer *committer, slmdb_batch *batch, void *result);
/* Whether the committer needs a scope, and closes it later. */
bool committer_keeps_scope(struct committer *committer, slmdb_scope *scope);
/* Waits until there is nothing to do; false, and answered, if that waits for a transaction of this thread. */
bool committer_settle(struct instance *self, struct committer *committer);
/* It ends once there is nothing to do. */
void committer_end(struct committer *committer);

/* ---- maintenance.c: long work, each on a thread of its own ---- */

/* Asks all work of this instance to end. */
void jobs_cancel(struct instance *self);
/* The same; JavaScript's thread has ended. */
void jobs_release(struct instance *self);

/* ---- streams.c: the pipe between long work's thread and JavaScript ---- */

/* The work's end of a pipe. */
struct stream {
  int fd; /* -1: none */
  const atomic_bool *canceled;
};

/* Opens a pipe that the work writes to or reads from; *theirs: JavaScript's end. False, and answered, if it cannot. */
bool stream_open(struct instance *self, struct stream *stream, bool writes, int *theirs);
void stream_close(struct stream *stream);
/* slmdb_write and slmdb_read. They end when the work is canceled. */
int32_t stream_write(void *stream, const void *data, size_t length);
int32_t stream_read(void *stream, void *buffer, size_t capacity, size_t *length);

/* ---- results.c: what batches and jobs came to, on its way from the library's thread to JavaScript's ---- */

/* For a batch or a job that is about to be submitted; NULL, and answered, if it cannot be. */
void *result_expect(napi_env env, struct instance *self, double id);
/* It was not submitted after all. */
void result_forget(napi_env env, struct instance *self, void *result);
/* One write of it is refused for itself, which result_arrive tells of. False: no memory. */
bool result_refuse(void *result, uint32_t index, const slmdb_error *error);
/* Takes all of these back. */
void result_refuse_none(void *result);
/* The callback for slmdb_batch_submit. */
void result_arrive(void *result, const slmdb_error *error);
/* The same for a job, with its answer, which is freed later; NULL: none. */
void result_arrive_with(void *result, const slmdb_error *error, void *answer, size_t length);
/* Sets the answer of a result that has not arrived. */
void result_answer(void *result, void *answer, size_t length);
/* result_arrive for many: each is appended, and then JavaScript's thread is woken for so many. */
struct results *result_append(void *result, const slmdb_error *error);
void results_wake(struct results *results, size_t count);
/*
 * Waits until no batch or job of this instance is under way, but for no longer than a limit: what they wait for may be
 * a transaction of a thread that waits for this one. Returns whether none is.
 */
bool results_settle(struct instance *self);
/* JavaScript's thread has ended. */
void results_release(struct results *results);

/* ---- signals.c ---- */

void define_signals(napi_env env, napi_value exports);
/* Adds SA_ONSTACK to all handlers that lack it. */
void signals_on_alternate_stack(void);
/* The same for SIGCHLD alone, unless its handler is known to stay; before a transaction begins. */
void signals_check_child(void);

#endif
