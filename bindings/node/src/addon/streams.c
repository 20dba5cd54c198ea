/*
 * streams.c: the pipe between long work's thread and JavaScript.
 *
 * One end is the work's, the other one a net.Socket: what flows is Node's own business there, which knows back pressure
 * and all kinds of streams. The work's end does not block, so that work whose stream stalls still hears that it is
 * canceled.
 */
#define _GNU_SOURCE /* pipe2 */
#include "addon.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

/* Milliseconds between two looks whether the work is canceled. */
enum { LOOK = 50 };

bool stream_open(struct instance *self, struct stream *stream, bool writes, int *theirs) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    refuse(self, SLMDB_IO, "a pipe for the stream could not be made: there are too many open files");
    return false;
  }
  stream->fd = ends[writes ? 1 : 0];
  *theirs = ends[writes ? 0 : 1];
  fcntl(stream->fd, F_SETFL, fcntl(stream->fd, F_GETFL) | O_NONBLOCK);
  return true;
}

void stream_close(struct stream *stream) {
  if (stream->fd >= 0) close(stream->fd);
  stream->fd = -1;
}

/* Waits until the pipe is ready, or broken; false when the work is canceled. */
static bool ready(const struct stream *stream, short event) {
  struct pollfd at = {.fd = stream->fd, .events = event};
  do {
    if (atomic_load(stream->canceled)) return false;
  } while (poll(&at, 1, LOOK) == 0);
  return !atomic_load(stream->canceled);
}

static bool again(ssize_t done) { return done < 0 && (errno == EAGAIN || errno == EINTR); }

int32_t stream_write(void *user, const void *data, size_t length) {
  const struct stream *stream = user;
  const char *rest = data;
  while (length > 0) {
    if (!ready(stream, POLLOUT)) return SLMDB_CANCELED;
    ssize_t n = write(stream->fd, rest, length);
    if (again(n)) continue;
    if (n < 0) return SLMDB_IO; /* EPIPE: who reads has gone; the signal is blocked in this thread */
    rest += n;
    length -= (size_t)n;
  }
  return SLMDB_OK;
}

int32_t stream_read(void *user, void *buffer, size_t capacity, size_t *length) {
  const struct stream *stream = user;
  ssize_t n = -1;
  do {
    if (!ready(stream, POLLIN)) return SLMDB_CANCELED;
    n = read(stream->fd, buffer, capacity);
  } while (again(n));
  if (n < 0) return SLMDB_IO;
  if (n == 0 && atomic_load(stream->canceled)) return SLMDB_CANCELED; /* it ends because it was canceled */
  *length = (size_t)n;
  return SLMDB_OK;
}
