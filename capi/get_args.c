/* A get whose arguments are kept by its caller. */
#include <stdio.h>

#include "guard.h"

static int32_t refuse(const slmdb_get_args *args, slmdb_error *error) {
  if (error) {
    error->code = SLMDB_INVALID_ARGUMENT;
    if (!args)
      snprintf(error->message, sizeof error->message, "args is NULL: it says where to get from");
    else
      snprintf(error->message, sizeof error->message,
               "slmdb_get_args.struct_size is %zu: set it to sizeof(slmdb_get_args), which is %zu", args->struct_size,
               sizeof *args);
  }
  return SLMDB_INVALID_ARGUMENT;
}

int32_t slmdb_db_get_args(slmdb_get_args *args, const void *key, size_t key_length, slmdb_error *error) {
  if (slm_forked()) return slm_refuse_forked(error);
  if (!args || args->struct_size != sizeof *args) return refuse(args, error);
  return slmdb_db_get_copy(args->txn, args->db, args->scope, key, key_length, args->buffer, args->capacity,
                           &args->value_length, error);
}
