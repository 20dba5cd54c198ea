/* What the files of this agent share: databases with their kind, and how their keys and values become words. */
#ifndef AGENT_H
#define AGENT_H

#include "slmdb.h"
#include "words.h"

typedef struct database {
  slmdb_db *handle;
  int32_t kind;
} database;

/* Writes an entry's value as words. */
void print_value(const database *db, const void *value, size_t length, bytes *out);

/* The request `stress`, after its words have been read. Appends to the answer and returns the status. */
int32_t stress(slmdb_env *env, const database *db, const bytes *tenant, long milliseconds, bytes *answer);

#endif
