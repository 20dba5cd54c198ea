/* Did a call do what the header says? Assertions for the programs of this folder, and folders for them to work in. */
#ifndef ABI_CHECK_H
#define ABI_CHECK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* mkdtemp, nftw and threads under -std=c99; it must stand before every system header */
#endif

#include <ftw.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "slmdb.h"

static unsigned long check_done;
static unsigned long check_failed;

/* Each line's first failures are told, the rest are only counted: one fault must not drown another. */
static inline bool check_tells(int line) {
  static unsigned char told[1024];
  unsigned char *times = &told[(unsigned)line % sizeof told];
  return *times < 3 && ++*times;
}

/* Counts one assertion. A failed one is told, and the program goes on: the next may say more about the cause. */
static inline bool check_true(bool held, const char *what, const char *file, int line) {
  __atomic_add_fetch(&check_done, 1, __ATOMIC_RELAXED);
  if (held) return true;
  __atomic_add_fetch(&check_failed, 1, __ATOMIC_RELAXED);
  if (check_tells(line)) fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
  return false;
}

#define CHECK(condition) check_true((condition) ? true : false, #condition, __FILE__, __LINE__)

/* For what the rest of a program stands on: without it there is no use in going on. */
#define NEED(condition)                        \
  do {                                         \
    if (!CHECK(condition)) _exit(check_tell("stopped")); \
  } while (0)

static inline int check_tell(const char *word) {
  printf("%s: %lu checks, %lu failed\n", word, check_done, check_failed);
  fflush(stdout);
  return check_failed != 0;
}

/* ---- errors ----------------------------------------------------------------------------------------------------- */

/* The struct that a call may write to, between fences that it must not. */
typedef struct check_fenced {
  unsigned char before[16];
  slmdb_error error;
  unsigned char after[16];
} check_fenced;

enum { CHECK_CANARY = 0x5c };

static __thread check_fenced check_last;

/* A fresh struct for the next call of this thread. */
static inline slmdb_error *check_error(void) {
  memset(&check_last, CHECK_CANARY, sizeof check_last);
  return &check_last.error;
}

#define ERR check_error()

static inline bool check_untouched(const void *bytes, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (((const unsigned char *)bytes)[i] != CHECK_CANARY) return false;
  return true;
}

/* How many bytes the character at s has; 0 if it is not one of UTF-8 (RFC 3629). */
static inline size_t check_character(const unsigned char *s, size_t left) {
  size_t size = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
  if (size == 0 || size > left) return 0;
  for (size_t i = 1; i < size; i++)
    if ((s[i] & 0xc0) != 0x80) return 0;
  if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f)) return 0;
  if ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f)) return 0;
  return size;
}

static inline bool check_utf8(const char *text, size_t size) {
  const unsigned char *s = (const unsigned char *)text;
  for (size_t at = 0, step; at < size; at += step)
    if ((step = check_character(s + at, size - at)) == 0) return false;
  return true;
}

/* Whether a struct that was passed with a call that answered `status` is as the header promises. */
static inline bool check_written(int32_t status, const check_fenced *f) {
  if (!check_untouched(f->before, sizeof f->before) || !check_untouched(f->after, sizeof f->after)) return false;
  if (status == SLMDB_OK) return check_untouched(&f->error, sizeof f->error);
  if (status == SLMDB_NOT_FOUND)
    return check_untouched(&f->error, sizeof f->error) || (f->error.code == status && f->error.message[0] == 0);
  size_t length = strnlen(f->error.message, sizeof f->error.message);
  return f->error.code == status && length > 0 && length < sizeof f->error.message &&
         check_utf8(f->error.message, length);
}

static inline bool check_status(int32_t want, int32_t got, bool struct_passed, const char *call, const char *file,
                                int line) {
  bool held = want == got;
  if (!held && check_tells(-line)) {
    const char *why = struct_passed && got > SLMDB_NOT_FOUND ? check_last.error.message : "";
    fprintf(stderr, "%s:%d: wanted %s, got %s (%d) %s\n", file, line, slmdb_status_name(want), slmdb_status_name(got),
            (int)got, why);
  }
  if (!check_true(held, call, file, line) || !struct_passed) return held;
  return check_true(check_written(got, &check_last), "the error struct is as promised", file, line);
}

/* IS(status, slmdb_...(..., ERR)): the status, and what the call wrote to the struct. */
#define IS(want, call) check_status((want), (call), true, #call, __FILE__, __LINE__)

/* QUIET(status, slmdb_...(..., NULL)): without a struct. */
#define QUIET(want, call) check_status((want), (call), false, #call, __FILE__, __LINE__)

static inline bool check_says(const char *word, const char *file, int line) {
  const slmdb_error *e = &check_last.error;
  bool held = !check_untouched(e, sizeof *e) && strstr(e->message, word) != NULL;
  if (!held && check_tells(-line)) fprintf(stderr, "%s:%d: the message is: %.300s\n", file, line, e->message);
  return check_true(held, word, file, line);
}

/* Whether the last error's message names a thing. */
#define SAYS(word) check_says((word), __FILE__, __LINE__)

/* ---- the machine ------------------------------------------------------------------------------------------------ */

/* The words that run a program where qemu plays the machine, NULL elsewhere. What qemu cannot do is left out there. */
static inline const char *check_runner(void) { return getenv("ABI_RUNNER"); }

/* ---- folders and time ------------------------------------------------------------------------------------------- */

typedef struct check_folder {
  char path[400];
} check_folder;

/* A new folder, under TMPDIR if it is set. */
static inline check_folder check_make_folder(void) {
  check_folder f;
  const char *base = getenv("TMPDIR");
  snprintf(f.path, sizeof f.path, "%s/slmdb-abi-XXXXXX", base && strlen(base) < 300 ? base : "/tmp");
  if (!mkdtemp(f.path)) {
    perror(f.path);
    _exit(1);
  }
  return f;
}

static inline int check_remove_one(const char *path, const struct stat *s, int type, struct FTW *at) {
  (void)s, (void)type, (void)at;
  return remove(path);
}

static inline void check_remove_folder(const check_folder *f) {
  nftw(f->path, check_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline double check_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline void check_sleep(double seconds) {
  struct timespec t;
  t.tv_sec = (time_t)seconds;
  t.tv_nsec = (long)((seconds - (double)t.tv_sec) * 1e9);
  nanosleep(&t, NULL);
}

/* A program's last line: all that it opened must be closed. */
static inline int check_end(const char *program) {
  CHECK(slmdb_open_handles() == 0);
  return check_tell(program);
}

#endif
