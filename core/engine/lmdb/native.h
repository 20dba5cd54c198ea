/*
 * What the engine does inside LMDB in one crossing from Go to C: one get, put or delete with the key joined from its
 * partition, many gets or puts, and a cursor that walks, counts or deletes many entries of a bounded range.
 */
#ifndef SLM_NATIVE_H
#define SLM_NATIVE_H

#include <stddef.h>
#include <stdint.h>

/* The longest key that LMDB stores as it is compiled into the binding (MDB_MAXKEYSIZE). */
#define SLM_MAX_KEY 511

/* Pointers are kept as integers, so that Go sees memory without pointers and need not check it at every call. */
typedef struct slm_slice {
  uintptr_t data;
  size_t size;
} slm_slice;

/*
 * A key and a value as Go keeps two slices: where, how long, and how much room (reflect.SliceHeader). What C writes there is
 * memory of LMDB's, which Go's collector does not know, over memory that never held anything else.
 */
typedef struct slm_part {
  uintptr_t data;
  size_t size, room;
} slm_part;

typedef struct slm_entry {
  slm_part key, value;
} slm_entry;

typedef struct slm_cursor slm_cursor;

/* Bits of slm_cursor_open's flags. */
enum { SLM_HAS_FROM = 1, SLM_HAS_TO = 2, SLM_FROM_OPEN = 4, SLM_TO_OPEN = 8, SLM_REVERSE = 16 };

/* The calling thread, as a number that no other living thread has. */
uintptr_t slm_thread(void);

/*
 * Blocks SIGPIPE in the calling thread; 1 if it was not blocked. slm_allow_pipe_signal takes one that is pending and
 * allows the signal again (0). Between the two the thread may write to a pipe that nobody reads.
 */
int slm_block_pipe_signal(void);
int slm_allow_pipe_signal(void);

/*
 * How a place is looked up: it is a partition of the table; all of the table is in the map, as it is in a read transaction, and
 * its order is that of slm_set_order.
 */
enum { SLM_SCOPED = 1, SLM_MAPPED = 2 };

int slm_get(uintptr_t txn, unsigned dbi, uint32_t partition, int how, const char *key, size_t key_size,
            slm_slice *value);
/*
 * by is 0, or an LMDB cursor of the table, from slm_put_open: a put near the last one then need not come down the tree
 * again. Close it with slm_put_close before the transaction ends or has a child.
 */
int slm_put(uintptr_t txn, uintptr_t by, unsigned dbi, uint32_t partition, int scoped, const char *key, size_t key_size,
            const char *value, size_t value_size, unsigned flags);
int slm_put_open(uintptr_t txn, unsigned dbi, uintptr_t *by);
void slm_put_close(uintptr_t by);
/* Whether nobody has committed since a read transaction began. */
int slm_is_newest(uintptr_t txn);
/* Whether there is a key with the partition, or any: 0, or NOTFOUND as LMDB has it. */
int slm_holds(uintptr_t txn, unsigned dbi, uint32_t partition, int scoped);
int slm_del(uintptr_t txn, unsigned dbi, uint32_t partition, int scoped, const char *key, size_t key_size);

/*
 * Many at once. `packed` is, for each of `count`, the key's size and, of puts, the value's, as 4 bytes of this machine's
 * order each, then the key and the value. *done is how many there are before the first that failed. Of a key that is not
 * there, the value's data is 0. Puts come to what they do in this order, and are done in that of their keys.
 */
int slm_get_many(uintptr_t txn, unsigned dbi, uint32_t partition, int how, const char *packed, size_t count,
                 slm_slice *values, size_t *done);
int slm_put_many(uintptr_t txn, uintptr_t by, unsigned dbi, uint32_t partition, int scoped, const char *packed, size_t count,
                 size_t *done);

/* Allocates a cursor; bounds are keys without the partition. Free it with slm_cursor_close before the txn ends. */
int slm_cursor_open(uintptr_t txn, unsigned dbi, uint32_t partition, int scoped, const char *from, size_t from_size,
                    const char *to, size_t to_size, unsigned flags, uintptr_t *cursor);
/* Walks over up to max entries; *count is 0 at the end of the range. Keys come without the partition. */
int slm_cursor_next(uintptr_t cursor, slm_entry *entries, size_t max, size_t *count);
/*
 * Walks over entries, as many as there is room for and max at the most, and writes the parts of each, one after the
 * other, as MessagePack has a bin.
 */
typedef struct slm_filled {
  uint64_t count;  /* entries */
  size_t size;     /* bytes written */
  size_t need;     /* bytes of the next entry, if there was no room for it; or 0 */
  int more;        /* whether there is a next entry */
  slm_entry last;  /* the last one that was written */
} slm_filled;
enum { SLM_KEYS = 1, SLM_VALUES = 2 };
int slm_cursor_fill(uintptr_t cursor, char *room, size_t size, uint64_t max, unsigned parts, slm_filled *filled);
/* Moves to before the first entry at (or, with after, beyond) key, in the cursor's direction. */
void slm_cursor_seek(uintptr_t cursor, const char *key, size_t key_size, int after);
/* Counts, or deletes and counts, what is left of the range, going forwards. */
int slm_cursor_count(uintptr_t cursor, uint64_t *count);
int slm_cursor_delete(uintptr_t cursor, uint64_t *count);
void slm_cursor_close(uintptr_t cursor);

#endif
