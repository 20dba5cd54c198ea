/*
 * signals.c: SA_ONSTACK for the signal handlers of Node.
 *
 * The library's runtime is Go's. A signal may arrive while a thread runs Go code, whose stacks are small; a handler
 * that was installed without SA_ONSTACK then runs on such a stack and may overflow it. libuv installs its handlers
 * without. So the flag is added: to what is there when the addon is loaded, and to what is installed later
 * (lib/signals.js calls signalsCheck then). On a thread without an alternate stack the flag means nothing.
 */
#define _XOPEN_SOURCE 700 /* for SA_ONSTACK */
#include "addon.h"

#include <signal.h>
#include <stdatomic.h>

/* The main thread keeps libuv's handler of SIGCHLD installed. Without that libuv removes it with the last child process
 * and installs it anew, without the flag, with the next. */
static atomic_bool child_watched;

/* Whether a signal has a handler without the flag. */
static bool lacks_flag(int number, struct sigaction *action) {
  if (sigaction(number, NULL, action) != 0) return false;
  if ((action->sa_flags & SA_ONSTACK) != 0) return false;
  return (action->sa_flags & SA_SIGINFO) != 0 || (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN);
}

static void on_alternate_stack(int number) {
  struct sigaction action;
  if (!lacks_flag(number, &action)) return;
  action.sa_flags |= SA_ONSTACK;
  sigaction(number, &action, NULL);
}

void signals_on_alternate_stack(void) {
  for (int number = 1; number <= SIGRTMAX; number++) on_alternate_stack(number);
}

void signals_check_child(void) {
  if (!atomic_load_explicit(&child_watched, memory_order_relaxed)) on_alternate_stack(SIGCHLD);
}

/* signalsCheck(): after JavaScript has installed a handler. */
static napi_value signals_check(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  signals_on_alternate_stack();
  return NULL;
}

/* signalsChildWatched(): the main thread will listen for SIGCHLD from now on. Returns whether it did so before. */
static napi_value signals_child_watched(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value before = NULL;
  napi_get_boolean(env, atomic_exchange(&child_watched, true), &before);
  return before;
}

/* signalsLacking(): how many handlers lack the flag, for tests. */
static napi_value signals_lacking(napi_env env, napi_callback_info info) {
  (void)info;
  uint32_t count = 0;
  struct sigaction action;
  for (int number = 1; number <= SIGRTMAX; number++) count += lacks_flag(number, &action);
  napi_value result = NULL;
  napi_create_uint32(env, count, &result);
  return result;
}

void define_signals(napi_env env, napi_value exports) {
  define_function(env, exports, "signalsCheck", signals_check);
  define_function(env, exports, "signalsChildWatched", signals_child_watched);
  define_function(env, exports, "signalsLacking", signals_lacking);
}
