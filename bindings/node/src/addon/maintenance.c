/*
 * maintenance.c: work on a whole Env that may take long: measures, copies, exports, imports, ...
 *
 * Each piece of work has a thread of its own. Node's pool has four for everything, and work that waits for the write
 * transaction would keep them from what that waits for (files, names of hosts). JavaScript asks for progress by
 * workProgress and says workCancel; what came out of it arrives as batches' results do (results.c).
 *
 * A job has two holders: this instance, until JavaScript says workForget or its thread ends, and the job's thread. The
 * latter touches nothing else of the instance, and opens and closes all but the Env itself.
 */
#define _POSIX_C_SOURCE 200809L
#include "addon.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* lib/native/maintenance.js has the same numbers. */
enum {
  MEASURE = 1, VERIFY, READERS, CLEAR_READERS, BACKUP, EXPORT, IMPORT, COPY, MOVE, DROP, VERIFY_EXPORT, DROP_ORPHAN
};
/* Which scope: option[1]. */
enum { SCOPE_ANY = 0, SCOPE_DEFAULT = 1, SCOPE_NAMED = 2 };

struct job {
  struct job *next; /* of the instance; JavaScript's thread only */
  double id;
  atomic_uint holders;
  atomic_bool canceled;
  _Atomic uint64_t done, total;
  int what;
  slmdb_env *env, *to; /* numbers: one that is closed meanwhile is answered with CLOSED */
  slmdb_scope *scope, *as;
  bool default_scope, yes; /* yes: estimate or compact */
  int32_t choice;          /* the format, or what becomes of what is there */
  uint64_t per_txn;
  uint32_t orphan;
  struct stream stream; /* instead of a path */
  char *path, *database;
  size_t path_length, database_length;
  void *result; /* for result_arrive */
  void *answer; /* MessagePack */
  size_t answer_length;
  bool out_of_memory;
};

static void drop_hold(struct job *job) {
  if (atomic_fetch_sub(&job->holders, 1) > 1) return;
  stream_close(&job->stream);
  free(job->path);
  free(job->database);
  free(job->answer);
  free(job);
}

static void close_scopes(struct job *job) {
  if (job->scope != NULL) slmdb_scope_close(job->scope, NULL);
  if (job->as != NULL) slmdb_scope_close(job->as, NULL);
  job->scope = job->as = NULL;
}

/* ---- the job's thread ---- */

static bool follow(void *user, uint64_t done, uint64_t total) {
  struct job *job = user;
  atomic_store(&job->done, done);
  atomic_store(&job->total, total);
  return !atomic_load(&job->canceled);
}

static void keep_answer(void *user, const void *document, size_t length) {
  struct job *job = user;
  job->answer = malloc(length);
  if (job->answer == NULL) {
    job->out_of_memory = true;
    return;
  }
  memcpy(job->answer, document, length);
  job->answer_length = length;
}

/* A number as MessagePack: what has no document of its own. */
static void answer_number(struct job *job, uint64_t number) {
  unsigned char packed[9] = {0xcf};
  for (int i = 0; i < 8; i++) packed[i + 1] = (unsigned char)(number >> (56 - 8 * i));
  keep_answer(job, packed, sizeof packed);
}

static int32_t clear_readers(struct job *job, slmdb_error *error) {
  uint64_t count = 0;
  int32_t status = slmdb_env_clear_readers(job->env, &count, error);
  if (status == SLMDB_OK) answer_number(job, count);
  return status;
}

static slmdb_selection selection_of(const struct job *job) {
  return (slmdb_selection){
      .struct_size = sizeof(slmdb_selection),
      .database = job->database,
      .database_length = job->database_length,
      .scope = job->scope,
      .default_scope = job->default_scope,
  };
}

/* Work by way of the pipe. */
static int32_t work_through(struct job *job, const slmdb_work *to, slmdb_error *error) {
  slmdb_selection part = selection_of(job);
  struct stream *stream = &job->stream;
  switch (job->what) {
    case BACKUP: return slmdb_env_backup_to(job->env, stream_write, stream, job->yes, to, error);
    case EXPORT: return slmdb_env_export_to(job->env, stream_write, stream, &part, job->choice, to, error);
    case IMPORT: return slmdb_env_import_from(job->env, stream_read, stream, job->as, job->choice, to, error);
    default: return slmdb_export_verify_from(stream_read, stream, to, error);
  }
}

static int32_t work(struct job *job, slmdb_error *error) {
  slmdb_work to = {.struct_size = sizeof to, .progress = follow, .answer = keep_answer, .user = job};
  slmdb_selection part = selection_of(job);
  if (job->stream.fd >= 0) return work_through(job, &to, error);
  const char *path = job->path;
  size_t length = job->path_length;
  switch (job->what) {
    case MEASURE: return slmdb_env_measure(job->env, &part, job->yes, &to, error);
    case VERIFY: return slmdb_env_verify(job->env, &to, error);
    case READERS: return slmdb_env_readers(job->env, &to, error);
    case CLEAR_READERS: return clear_readers(job, error);
    case BACKUP: return slmdb_env_backup(job->env, path, length, job->yes, &to, error);
    case EXPORT: return slmdb_env_export(job->env, path, length, &part, job->choice, &to, error);
    case IMPORT: return slmdb_env_import(job->env, path, length, job->as, job->choice, &to, error);
    case VERIFY_EXPORT: return slmdb_export_verify(path, length, &to, error);
    case DROP_ORPHAN: return slmdb_orphan_drop(job->env, job->orphan, job->per_txn, &to, error);
    case DROP: return slmdb_scope_drop(job->env, job->scope, job->per_txn, &to, error);
    default:
      return slmdb_scope_copy(job->env, job->scope, job->to, job->as, job->choice, job->what == MOVE, &to, error);
  }
}

static void fail(slmdb_error *error, int32_t code, const char *message) {
  error->code = code;
  strcpy(error->message, message);
}

static void *run(void *user) {
  struct job *job = user;
  slmdb_error error = {.code = SLMDB_OK};
  if (atomic_load(&job->canceled)) {
    fail(&error, SLMDB_CANCELED, "canceled before it began");
  } else {
    int32_t status = work(job, &error);
    if (status == SLMDB_NOT_FOUND) fail(&error, status, "the scope is not registered");
    if (status == SLMDB_OK && job->out_of_memory) fail(&error, SLMDB_OUT_OF_MEMORY, "no memory for the answer");
  }
  close_scopes(job);
  stream_close(&job->stream); /* before the result, which is awaited at the stream's end */
  void *answer = job->answer;
  job->answer = NULL;
  result_arrive_with(job->result, &error, answer, job->answer_length);
  drop_hold(job);
  return NULL;
}

/* ---- JavaScript's thread ---- */

static bool copy_bytes(struct instance *self, double offset, double length, char **copy, size_t *size) {
  const void *bytes;
  if (!request_bytes(self, offset, length, &bytes, size)) return false;
  *copy = malloc(*size + 1);
  if (*copy == NULL) {
    refuse(self, SLMDB_OUT_OF_MEMORY, "no memory for a name");
    return false;
  }
  if (*size > 0) memcpy(*copy, bytes, *size);
  (*copy)[*size] = '\0';
  return true;
}

static bool open_scope(struct instance *self, double offset, double length, slmdb_scope **scope) {
  const void *name;
  size_t size;
  if (!request_bytes(self, offset, length, &name, &size)) return false;
  self->frame->status = slmdb_scope_open(name, size, scope, &self->error);
  return self->frame->status == SLMDB_OK;
}

/* Reads the frame; false, and answered, if something in it cannot be. */
static bool read_frame(struct instance *self, struct job *job) {
  const struct frame *frame = self->frame;
  job->id = frame->option[0];
  job->what = (int)whole(frame->flags);
  job->default_scope = frame->option[1] == SCOPE_DEFAULT;
  job->yes = frame->option[4] == 1;
  job->choice = (int32_t)whole(frame->option[5]);
  job->per_txn = whole(frame->limit);
  job->orphan = (uint32_t)whole(frame->db);
  if (job->what < MEASURE || job->what > DROP_ORPHAN) {
    refuse(self, SLMDB_INTERNAL, "scoped-lmdb (Node): there is no work of this number");
    return false;
  }
  if (job->what != VERIFY_EXPORT && (job->env = handle_find(self, HANDLE_ENV, frame->handle)) == NULL) return false;
  if (frame->txn != 0 && (job->to = handle_find(self, HANDLE_ENV, frame->txn)) == NULL) return false;
  if (!copy_bytes(self, frame->key, frame->key_length, &job->path, &job->path_length)) return false;
  if (!copy_bytes(self, frame->value, frame->value_length, &job->database, &job->database_length)) return false;
  if (frame->option[1] == SCOPE_NAMED && !open_scope(self, frame->expected, frame->expected_length, &job->scope))
    return false;
  return frame->option[6] != 1 || open_scope(self, frame->option[2], frame->option[3], &job->as);
}

/* No signal is for this thread: Node's handlers expect its own. */
static bool start_thread(struct job *job) {
  sigset_t all, before;
  pthread_t thread;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failed = pthread_create(&thread, NULL, run, job);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (failed == 0) pthread_detach(thread);
  return failed == 0;
}

/* Opens the pipe, if the frame asks for one. JavaScript's end is -1 without. */
static bool open_stream(struct instance *self, struct job *job, int *theirs) {
  if (self->frame->option[7] != 1) return true;
  return stream_open(self, &job->stream, job->what == BACKUP || job->what == EXPORT, theirs);
}

static bool start(napi_env env, struct instance *self, struct job *job) {
  int theirs = -1;
  if (!read_frame(self, job)) return false;
  if (!open_stream(self, job, &theirs)) return false;
  self->frame->option[8] = theirs;
  job->result = result_expect(env, self, job->id);
  if (job->result == NULL) {
    if (theirs >= 0) close(theirs);
    return false;
  }
  job->next = self->jobs;
  self->jobs = job;
  atomic_store(&job->holders, 2);
  if (start_thread(job)) return true;
  self->jobs = job->next;
  atomic_store(&job->holders, 1);
  if (theirs >= 0) close(theirs);
  result_forget(env, self, job->result);
  refuse(self, SLMDB_OUT_OF_MEMORY, "no thread could be started for this work");
  return false;
}

/*
 * handle: the Env; flags: what; option[0]: the number by which JavaScript knows it; txn: the Env to copy to, or 0; key:
 * a path; value: a database; expected: a scope, which option[1] says; option[2], option[3]: offset and length of
 * another scope's name, if option[6] is 1; option[4]: 1 for estimate or compact; option[5]: format or existing; limit:
 * entries of a transaction; db: an orphan's id; option[7]: 1 for a stream instead of a path. Out: option[8]: the file
 * descriptor of its other end, which is JavaScript's.
 */
static napi_value work_start(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct job *job = calloc(1, sizeof *job);
  if (job == NULL) {
    refuse(self, SLMDB_OUT_OF_MEMORY, "no memory for this work");
    return NULL;
  }
  atomic_store(&job->holders, 1);
  job->stream = (struct stream){.fd = -1, .canceled = &job->canceled};
  if (start(env, self, job)) {
    self->frame->status = SLMDB_OK;
    return NULL;
  }
  close_scopes(job);
  drop_hold(job);
  return NULL;
}

static struct job **place_of(struct instance *self) {
  struct job **place = &self->jobs;
  while (*place != NULL && (*place)->id != self->frame->option[0]) place = &(*place)->next;
  return place;
}

/* option[0]: the number. Out: option[1], option[2]: done and total. */
static napi_value work_progress(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  const struct job *job = *place_of(self);
  self->frame->option[1] = job == NULL ? 0 : (double)atomic_load(&job->done);
  self->frame->option[2] = job == NULL ? 0 : (double)atomic_load(&job->total);
  return NULL;
}

/* option[0]: the number. The work ends when it next tells of progress, or waits for its stream. */
static napi_value work_cancel(napi_env env, napi_callback_info info) {
  (void)info;
  struct job *job = *place_of(instance_of(env));
  if (job != NULL) atomic_store(&job->canceled, true);
  return NULL;
}

/* option[0]: the number of work that has ended. */
static napi_value work_forget(napi_env env, napi_callback_info info) {
  (void)info;
  struct job **place = place_of(instance_of(env));
  struct job *job = *place;
  if (job == NULL) return NULL;
  *place = job->next;
  drop_hold(job);
  return NULL;
}

void jobs_cancel(struct instance *self) {
  for (struct job *job = self->jobs; job != NULL; job = job->next) atomic_store(&job->canceled, true);
}

void jobs_release(struct instance *self) {
  while (self->jobs != NULL) {
    struct job *job = self->jobs;
    self->jobs = job->next;
    atomic_store(&job->canceled, true);
    drop_hold(job);
  }
}

void define_maintenance(napi_env env, napi_value exports) {
  define_function(env, exports, "workStart", work_start);
  define_function(env, exports, "workProgress", work_progress);
  define_function(env, exports, "workCancel", work_cancel);
  define_function(env, exports, "workForget", work_forget);
}
