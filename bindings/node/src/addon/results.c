/*
 * results.c: what batches and jobs came to, on its way from another thread to JavaScript's.
 *
 * A result arrives on a thread of the library or of the addon, is put at the end of a list, and wakes JavaScript's
 * thread if nothing did so before it. There the whole list is delivered: one call of JavaScript for as many successes
 * as follow each other, and one for each failure and each answer: of a job, or of writes that say what they deleted.
 *
 * The list outlives the thread of JavaScript as long as a batch is under way. Node's thread-safe function does not: it
 * is used under a lock of its own, and only until the cleanup hook that was added after it, and so runs before its end.
 */
#define _POSIX_C_SOURCE 200809L
#include "addon.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SETTLE_SECONDS = 10 };

struct result {
  struct result *next;
  struct results *of;
  double id;
  struct result *refusals; /* of single writes */
  double index; /* of the only write that this is about; -1: it is about all */
  int32_t code;
  char *message; /* NULL: none, or no memory for it */
  void *answer;  /* of what succeeded; NULL: none */
  size_t answer_length;
};

struct results {
  /* JavaScript's thread only */
  size_t undelivered;
  double *ids;
  size_t ids_size;
  napi_ref ids_reference;
  /* under the lock */
  pthread_mutex_t lock;
  pthread_cond_t idle;
  struct result *first, *last;
  size_t under_way; /* submitted and not arrived */
  bool woken;       /* JavaScript's thread will come */
  bool released;    /* nobody but what is under way needs this any more */
  /* under a lock of its own */
  pthread_mutex_t wake_lock;
  napi_threadsafe_function wake;
  bool listening; /* wake may be used */
};

static void free_result(struct result *result) {
  free(result->message);
  free(result->answer);
  free(result);
}

static void free_results(struct results *all) {
  while (all->first != NULL) {
    struct result *result = all->first;
    all->first = result->next;
    free_result(result);
  }
  pthread_cond_destroy(&all->idle);
  pthread_mutex_destroy(&all->wake_lock);
  pthread_mutex_destroy(&all->lock);
  free(all);
}

void *result_expect(napi_env env, struct instance *self, double id) {
  struct results *all = self->results;
  struct result *result = all == NULL ? NULL : malloc(sizeof *result);
  if (result == NULL) {
    refuse(self, all == NULL ? SLMDB_INTERNAL : SLMDB_OUT_OF_MEMORY, "no listener for results, or no memory for one");
    return NULL;
  }
  *result = (struct result){.of = all, .id = id, .index = -1};
  /* the process stays until it is delivered */
  if (all->undelivered++ == 0) napi_ref_threadsafe_function(env, all->wake);
  pthread_mutex_lock(&all->lock);
  all->under_way++;
  pthread_mutex_unlock(&all->lock);
  return result;
}

static void delivered(napi_env env, struct results *all, size_t count) {
  all->undelivered -= count;
  if (all->undelivered == 0) napi_unref_threadsafe_function(env, all->wake);
}

void result_forget(napi_env env, struct instance *self, void *result) {
  struct results *all = self->results;
  pthread_mutex_lock(&all->lock);
  all->under_way--;
  pthread_mutex_unlock(&all->lock);
  delivered(env, all, 1);
  free(result);
}

/* Locked. */
static void append(struct results *all, struct result *result) {
  if (all->first == NULL) all->first = result;
  else all->last->next = result;
  all->last = result;
  result->next = NULL;
}

bool result_refuse(void *user, uint32_t index, const slmdb_error *error) {
  struct result *of = user;
  struct result *result = calloc(1, sizeof *result);
  if (result == NULL) return false;
  *result = (struct result){.next = of->refusals, .of = of->of, .id = of->id, .index = index, .code = error->code};
  result->message = strdup(error->message);
  of->refusals = result;
  return true;
}

void result_refuse_none(void *user) {
  struct result *of = user;
  while (of->refusals != NULL) {
    struct result *result = of->refusals;
    of->refusals = result->next;
    free_result(result);
  }
}

void result_arrive(void *user, const slmdb_error *error) { result_arrive_with(user, error, NULL, 0); }

void result_arrive_with(void *user, const slmdb_error *error, void *answer, size_t length) {
  struct result *result = user;
  result_answer(result, answer, length);
  results_wake(result_append(result, error), 1);
}

void result_answer(void *user, void *answer, size_t length) {
  struct result *result = user;
  result->answer = answer;
  result->answer_length = length;
}

struct results *result_append(void *user, const slmdb_error *error) {
  struct result *result = user;
  struct results *all = result->of;
  result->code = error->code;
  if (error->code != SLMDB_OK) result->message = strdup(error->message);
  pthread_mutex_lock(&all->lock);
  while (result->refusals != NULL) {
    struct result *refusal = result->refusals;
    result->refusals = refusal->next;
    append(all, refusal);
  }
  append(all, result);
  pthread_mutex_unlock(&all->lock);
  return all;
}

void results_wake(struct results *all, size_t count) {
  pthread_mutex_lock(&all->lock);
  bool wakes = all->first != NULL && !all->woken;
  if (wakes) all->woken = true;
  pthread_mutex_unlock(&all->lock);
  if (wakes) { /* without the lock, which JavaScript's thread takes at once */
    pthread_mutex_lock(&all->wake_lock);
    if (all->listening && napi_call_threadsafe_function(all->wake, NULL, napi_tsfn_nonblocking) == napi_closing)
      all->listening = false;
    pthread_mutex_unlock(&all->wake_lock);
  }
  pthread_mutex_lock(&all->lock);
  all->under_way -= count;
  if (all->under_way == 0) pthread_cond_broadcast(&all->idle);
  bool was_last = all->released && all->under_way == 0;
  pthread_mutex_unlock(&all->lock);
  if (was_last) free_results(all);
}

static void call(napi_env env, napi_value callback, size_t count, const napi_value *arguments) {
  napi_value nobody, ignored;
  if (napi_get_undefined(env, &nobody) != napi_ok) return;
  napi_call_function(env, nobody, callback, count, arguments, &ignored);
}

/* callback(count): so many ids, which are in the memory that listen was given. */
static void deliver_successes(napi_env env, napi_value callback, size_t count) {
  napi_value number;
  if (count > 0 && napi_create_double(env, (double)count, &number) == napi_ok) call(env, callback, 1, &number);
}

/* callback(0, id, 0, '', answer) */
static void deliver_answer(napi_env env, napi_value callback, const struct result *result) {
  napi_value arguments[5];
  if (napi_create_double(env, 0, &arguments[0]) != napi_ok) return;
  if (napi_create_double(env, result->id, &arguments[1]) != napi_ok) return;
  if (napi_create_int32(env, SLMDB_OK, &arguments[2]) != napi_ok) return;
  if (napi_create_string_utf8(env, "", 0, &arguments[3]) != napi_ok) return;
  if (napi_create_buffer_copy(env, result->answer_length, result->answer, NULL, &arguments[4]) != napi_ok) return;
  call(env, callback, 5, arguments);
}

/* callback(0, id, code, message), or callback(0, id, code, message, undefined, index) of one write of several */
static void deliver_failure(napi_env env, napi_value callback, const struct result *result) {
  napi_value arguments[6];
  const char *message = result->message == NULL ? "no memory for the message" : result->message;
  if (napi_create_double(env, 0, &arguments[0]) != napi_ok) return;
  if (napi_create_double(env, result->id, &arguments[1]) != napi_ok) return;
  if (napi_create_int32(env, result->code, &arguments[2]) != napi_ok) return;
  if (napi_create_string_utf8(env, message, NAPI_AUTO_LENGTH, &arguments[3]) != napi_ok) return;
  if (result->index < 0) {
    call(env, callback, 4, arguments);
    return;
  }
  if (napi_get_undefined(env, &arguments[4]) != napi_ok) return;
  if (napi_create_double(env, result->index, &arguments[5]) != napi_ok) return;
  call(env, callback, 6, arguments);
}

static void deliver(napi_env env, napi_value callback, void *context, void *data) {
  (void)data;
  struct results *all = context;
  if (env == NULL) return; /* the thread ends */
  pthread_mutex_lock(&all->lock);
  struct result *result = all->first;
  all->first = all->last = NULL;
  all->woken = false;
  pthread_mutex_unlock(&all->lock);
  size_t count = 0, successes = 0;
  while (result != NULL) {
    napi_handle_scope scope;
    if (napi_open_handle_scope(env, &scope) != napi_ok) scope = NULL;
    bool is_plain = result->code == SLMDB_OK && result->answer == NULL;
    if (is_plain) all->ids[successes++] = result->id;
    if (successes == all->ids_size || (!is_plain && successes > 0)) {
      deliver_successes(env, callback, successes);
      successes = 0;
    }
    if (result->code != SLMDB_OK) deliver_failure(env, callback, result);
    else if (!is_plain) deliver_answer(env, callback, result);
    if (scope != NULL) napi_close_handle_scope(env, scope);
    struct result *next = result->next;
    if (result->index < 0) count++;
    free_result(result);
    result = next;
  }
  deliver_successes(env, callback, successes);
  delivered(env, all, count);
}

/* Runs before Node ends the thread-safe function. */
static void stop_listening(void *data) {
  struct results *all = data;
  pthread_mutex_lock(&all->wake_lock);
  all->listening = false;
  pthread_mutex_unlock(&all->wake_lock);
}

static struct results *new_results(void) {
  struct results *all = calloc(1, sizeof *all);
  if (all == NULL) return NULL;
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&all->idle, &monotonic);
  pthread_condattr_destroy(&monotonic);
  pthread_mutex_init(&all->lock, NULL);
  pthread_mutex_init(&all->wake_lock, NULL);
  return all;
}

/* The callback and the Float64Array for ids. */
static bool start_listening(napi_env env, struct results *all, napi_value callback, napi_value ids) {
  napi_valuetype what;
  napi_typedarray_type type;
  bool is_array = false;
  napi_value name;
  void *data;
  if (napi_typeof(env, callback, &what) != napi_ok || what != napi_function) return false;
  if (napi_is_typedarray(env, ids, &is_array) != napi_ok || !is_array) return false;
  if (napi_get_typedarray_info(env, ids, &type, &all->ids_size, &data, NULL, NULL) != napi_ok) return false;
  if (type != napi_float64_array || all->ids_size == 0) return false;
  all->ids = data;
  if (napi_create_string_utf8(env, "scoped-lmdb", NAPI_AUTO_LENGTH, &name) != napi_ok) return false;
  if (napi_create_reference(env, ids, 1, &all->ids_reference) != napi_ok) return false;
  if (napi_create_threadsafe_function(env, callback, NULL, name, 0, 1, NULL, NULL, all, deliver, &all->wake) != napi_ok)
    return false;
  napi_unref_threadsafe_function(env, all->wake);
  all->listening = true;
  return true;
}

/* listen(callback, ids: Float64Array): once, before the first batch is submitted. */
static napi_value listen(napi_env env, napi_callback_info info) {
  struct instance *self = instance_of(env);
  napi_value argument[2];
  size_t count = 2;
  napi_get_cb_info(env, info, &count, argument, NULL, NULL);
  struct results *all = self->results == NULL && count >= 2 ? new_results() : NULL;
  if (all == NULL || !start_listening(env, all, argument[0], argument[1])) {
    if (all != NULL) free_results(all);
    napi_throw_type_error(env, "SLMDB_INTERNAL", "listen: once, with a function and a Float64Array");
    return NULL;
  }
  self->results = all;
  napi_add_env_cleanup_hook(env, stop_listening, all);
  return NULL;
}

bool results_settle(struct instance *self) {
  struct results *all = self->results;
  if (all == NULL) return true;
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += SETTLE_SECONDS;
  pthread_mutex_lock(&all->lock);
  while (all->under_way > 0 && pthread_cond_timedwait(&all->idle, &all->lock, &until) == 0) continue;
  bool none = all->under_way == 0;
  pthread_mutex_unlock(&all->lock);
  return none;
}

void results_release(struct results *all) {
  stop_listening(all);
  pthread_mutex_lock(&all->lock);
  all->released = true;
  bool none = all->under_way == 0;
  pthread_mutex_unlock(&all->lock);
  if (none) free_results(all);
}

/*
 * settle(): before the process ends, cancels jobs and waits for what is under way; not if this thread has a write
 * transaction, for which that would wait.
 */
static napi_value settle(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  jobs_cancel(self);
  if (!handle_has_writer(self)) results_settle(self);
  return NULL;
}

void define_results(napi_env env, napi_value exports) {
  define_function(env, exports, "listen", listen);
  define_function(env, exports, "settle", settle);
}
