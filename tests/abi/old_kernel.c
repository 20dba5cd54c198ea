/* Is a forked child told apart where the kernel cannot wipe a page in it (MADV_WIPEONFORK, before Linux 4.14)? */
#include "given.h"

#include <errno.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int refused;

/* Found by the library before the C library's, since this program is linked with -rdynamic: a kernel of those days. */
#ifdef __cplusplus
extern "C"
#endif
int madvise(void *address, size_t length, int advice);
int madvise(void *address, size_t length, int advice) {
  enum { WIPE_ON_FORK = 18 };
  if (advice != WIPE_ON_FORK) return (int)syscall(SYS_madvise, address, length, advice);
  refused++;
  errno = EINVAL;
  return -1;
}

int main(void) {
  check_folder folder = check_make_folder();
  CHECK(refused == 1); /* when the library was loaded */
  slmdb_env *env = given_env(folder.path);
  slmdb_db *db = given_db(env, "d", SLMDB_BYTES);
  given_works(env, db, NULL);
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    slmdb_txn *txn = NULL;
    alarm(10); /* a hang is a death */
    check_failed = 0;
    IS(SLMDB_FORKED, slmdb_txn_begin(env, SLMDB_READ, &txn, ERR));
    IS(SLMDB_FORKED, slmdb_env_close(env, ERR));
    CHECK(slmdb_open_handles() == 0);
    _exit(check_failed != 0);
  }
  int status = -1;
  CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
  given_works(env, db, NULL);
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  check_remove_folder(&folder);
  return check_end("old_kernel");
}
