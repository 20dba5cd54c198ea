/*
 * May the archive be part of a shared library that a program loads, closes and loads again? With -DHOST this is the
 * program (its argument is the library's file), without it the library.
 */
#define _GNU_SOURCE
#ifdef HOST

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static void *use(void *file) {
  void *library = dlopen((const char *)file, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    fprintf(stderr, "%s\n", dlerror());
    return NULL;
  }
  int (*work)(void) = NULL;
  void *found = dlsym(library, "plugin_work");
  memcpy(&work, &found, sizeof work);
  int worked = work && work();
  dlclose(library);
  return worked ? file : NULL;
}

int main(int argc, char **argv) {
  pthread_t thread;
  void *worked = NULL;
  for (int i = 0; i < 3; i++) {
    if (argc != 2 || !use(argv[1])) return 1;
    if (pthread_create(&thread, NULL, use, argv[1]) != 0 || pthread_join(thread, &worked) != 0 || !worked) return 1;
  }
  puts("loaded, used and closed");
  return 0;
}

#else

#include <slmdb.h>

#include <stdlib.h>
#include <string.h>

int plugin_work(void);

int plugin_work(void) {
  char folder[] = "plugin-XXXXXX";
  slmdb_env *env;
  slmdb_txn *txn;
  if (!mkdtemp(folder) || slmdb_env_open(folder, strlen(folder), NULL, &env, NULL) != SLMDB_OK) return 0;
  if (slmdb_txn_begin(env, SLMDB_WRITE, &txn, NULL) != SLMDB_OK || slmdb_txn_commit(txn, NULL) != SLMDB_OK) return 0;
  return slmdb_env_close(env, NULL) == SLMDB_OK && slmdb_open_handles() == 0;
}

#endif
