/* Does slmdb_status_name know every status of the header by its name, and no other number? */
#include "check.h"

#define STATUS(constant, number, name) {constant, number, name},

/* statuses.inc is made of the header, by tables.py. */
static const struct {
  int32_t constant, number;
  const char *name;
} table[] = {
#include "statuses.inc"
};
enum { STATUSES = sizeof table / sizeof *table };

int main(void) {
  for (int32_t i = 0; i < STATUSES; i++) {
    CHECK(table[i].constant == i && table[i].number == i); /* closed: no gaps */
    if (!CHECK(strcmp(slmdb_status_name(i), table[i].name) == 0))
      fprintf(stderr, "  %d is %s, not %s\n", (int)i, slmdb_status_name(i), table[i].name);
    CHECK(slmdb_status_name(i) == slmdb_status_name(i)); /* static text */
  }
  const int32_t unknown[] = {STATUSES, -1, 256, INT32_MAX, INT32_MIN};
  for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
    CHECK(strcmp(slmdb_status_name(unknown[i]), "Unknown") == 0);
  CHECK(STATUSES == SLMDB_INTERNAL + 1);
  return check_end("statuses");
}
