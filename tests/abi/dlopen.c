/* Can the library be loaded and unloaded by dlopen, over and over, before and after a fork, beside the host's signals? */
#include "check.h"

#include <dlfcn.h>
#include <signal.h>
#include <sys/wait.h>

/* This program is not linked with the library: these are what it finds in it. */
typedef struct library {
  void *handle;
  uint32_t (*abi_version)(void);
  uint64_t (*open_handles)(void);
  int32_t (*env_open)(const char *, size_t, const slmdb_env_options *, slmdb_env **, slmdb_error *);
  int32_t (*env_close)(slmdb_env *, slmdb_error *);
  int32_t (*db_open)(slmdb_env *, const char *, size_t, const slmdb_db_options *, slmdb_db **, slmdb_error *);
  int32_t (*db_put)(slmdb_txn *, slmdb_db *, slmdb_scope *, const void *, size_t, const void *, size_t, slmdb_error *);
  int32_t (*db_get)(slmdb_txn *, slmdb_db *, slmdb_scope *, const void *, size_t, const void **, size_t *, slmdb_error *);
  int32_t (*txn_begin)(slmdb_env *, int32_t, slmdb_txn **, slmdb_error *);
  int32_t (*txn_commit)(slmdb_txn *, slmdb_error *);
} library;

/* A function as an object's address is not C: the bytes are the same on every system with dlsym. */
static void find(void *handle, const char *name, void *function) {
  void *symbol = dlsym(handle, name);
  if (!CHECK(symbol != NULL)) fprintf(stderr, "  %s: %s\n", name, dlerror());
  memcpy(function, &symbol, sizeof symbol);
}

static library load(const char *path, int flags) {
  library l;
  memset(&l, 0, sizeof l);
  l.handle = dlopen(path, flags);
  if (!l.handle) fprintf(stderr, "%s\n", dlerror());
  NEED(l.handle != NULL);
  find(l.handle, "slmdb_abi_version", &l.abi_version);
  find(l.handle, "slmdb_open_handles", &l.open_handles);
  find(l.handle, "slmdb_env_open", &l.env_open);
  find(l.handle, "slmdb_env_close", &l.env_close);
  find(l.handle, "slmdb_db_open", &l.db_open);
  find(l.handle, "slmdb_db_put", &l.db_put);
  find(l.handle, "slmdb_db_get", &l.db_get);
  find(l.handle, "slmdb_txn_begin", &l.txn_begin);
  find(l.handle, "slmdb_txn_commit", &l.txn_commit);
  CHECK(dlsym(l.handle, "mdb_env_open") == NULL && dlsym(l.handle, "goEnvOpen") == NULL);
  NEED(check_failed == 0);
  return l;
}

/* An Env, a Database, an entry: written and read. */
static void work(const library *l) {
  check_folder folder = check_make_folder();
  slmdb_env *env = NULL;
  slmdb_db *db = NULL;
  slmdb_txn *txn = NULL;
  slmdb_env_options env_options;
  slmdb_db_options options;
  const void *value = NULL;
  size_t length = 0;
  memset(&env_options, 0, sizeof env_options);
  env_options.struct_size = sizeof env_options;
  env_options.map_size = 1 << 26;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.kind = SLMDB_BYTES;
  CHECK(l->abi_version() == SLMDB_ABI_VERSION);
  NEED(l->env_open(folder.path, strlen(folder.path), &env_options, &env, NULL) == SLMDB_OK);
  CHECK(l->db_open(env, "d", 1, &options, &db, NULL) == SLMDB_OK);
  CHECK(l->txn_begin(env, SLMDB_WRITE, &txn, NULL) == SLMDB_OK);
  CHECK(l->db_put(txn, db, NULL, "k", 1, "v", 1, NULL) == SLMDB_OK);
  CHECK(l->db_get(txn, db, NULL, "k", 1, &value, &length, NULL) == SLMDB_OK);
  CHECK(length == 1 && *(const char *)value == 'v');
  CHECK(l->txn_commit(txn, NULL) == SLMDB_OK);
  CHECK(l->open_handles() == 2);
  CHECK(l->env_close(env, NULL) == SLMDB_OK);
  CHECK(l->open_handles() == 0);
  check_remove_folder(&folder);
}

static void is_clean(pid_t child) {
  int status = -1;
  CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Children that load the library themselves may use it, whatever is forked after. */
static void test_load_after_fork(const char *path) {
  pid_t children[3];
  for (int i = 0; i < 3; i++) {
    if ((children[i] = fork()) != 0) continue;
    alarm(20);
    library l = load(path, RTLD_NOW | RTLD_LOCAL);
    work(&l);
    pid_t child = fork();
    if (child == 0) {
      slmdb_env *env = NULL;
      _exit(l.env_open("/tmp", 4, NULL, &env, NULL) != SLMDB_FORKED || l.open_handles() != 0);
    }
    is_clean(child);
    work(&l);
    _exit(check_failed != 0);
  }
  for (int i = 0; i < 3; i++) is_clean(children[i]);
}

/* A host that blocks a signal only after it has loaded the library: no thread of the library's may take it either. */
static void test_blocked_later(const char *path) {
  pid_t child = fork();
  if (child != 0) {
    is_clean(child);
    return;
  }
  sigset_t blocked;
  struct timespec patience = {5, 0};
  library l = load(path, RTLD_NOW | RTLD_LOCAL);
  work(&l);
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  NEED(sigprocmask(SIG_BLOCK, &blocked, NULL) == 0);
  for (int i = 0; i < 20; i++) {
    NEED(kill(getpid(), SIGTERM) == 0);
    work(&l);
    CHECK(sigtimedwait(&blocked, NULL, &patience) == SIGTERM);
  }
  _exit(check_failed != 0);
}

static void ignore(int number) { (void)number; }

static const int hosts[] = {SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGCHLD, SIGWINCH};
enum { HOSTS = sizeof hosts / sizeof *hosts };

/* Loading changes neither the host's handlers nor its mask, and no thread of the library takes what the host blocks. */
static void test_signals(const char *path) {
  struct sigaction own, now;
  sigset_t blocked, before, after;
  memset(&own, 0, sizeof own);
  own.sa_handler = ignore;
  for (int i = 0; i < HOSTS; i++) NEED(sigaction(hosts[i], &own, NULL) == 0);
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigaddset(&blocked, SIGUSR1);
  NEED(sigprocmask(SIG_BLOCK, &blocked, NULL) == 0 && sigprocmask(SIG_BLOCK, NULL, &before) == 0);
  library l = load(path, RTLD_NOW | RTLD_LOCAL);
  work(&l);
  NEED(sigprocmask(SIG_BLOCK, NULL, &after) == 0);
  for (int i = 1; i < 65; i++) CHECK(sigismember(&before, i) == sigismember(&after, i));
  for (int i = 0; i < HOSTS; i++) CHECK(sigaction(hosts[i], NULL, &now) == 0 && now.sa_handler == ignore);

  own.sa_handler = SIG_DFL; /* who takes it now dies of it */
  NEED(sigaction(SIGTERM, &own, NULL) == 0);
  for (int i = 0; i < 50; i++) {
    struct timespec patience = {5, 0};
    NEED(kill(getpid(), SIGTERM) == 0);
    if (i % 10 == 0) work(&l);
    CHECK(sigtimedwait(&blocked, NULL, &patience) == SIGTERM);
  }
  CHECK(dlclose(l.handle) == 0);
}

int main(int argc, char **argv) {
  NEED(argc == 2);
  test_load_after_fork(argv[1]);
  test_blocked_later(argv[1]);
  test_signals(argv[1]);
  for (int i = 0; i < 100; i++) {
    library l = load(argv[1], (i % 2 ? RTLD_NOW : RTLD_LAZY) | (i % 3 ? RTLD_LOCAL : RTLD_GLOBAL));
    if (i % 10 == 0) work(&l);
    CHECK(l.open_handles() == 0);
    CHECK(dlclose(l.handle) == 0);
  }
  library l = load(argv[1], RTLD_NOW);
  work(&l);
  CHECK(l.open_handles() == 0);
  return check_tell("dlopen");
}
