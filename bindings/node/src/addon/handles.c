/*
 * handles.c: ids for the library's handles.
 *
 * JavaScript holds numbers. An id is a generation and an index into the slots; a slot's generation goes up when its
 * handle is forgotten, so a stale id never means another handle. The tree says what ends together with what.
 */
#include "addon.h"

#include <stdlib.h>
#include <string.h>

/* An id is generation * INDEXES + index: 52 bits, which a double holds exactly. */
enum { INDEXES = 1 << 20, FIRST_CAPACITY = 64 };

static const char *const CLOSED_MESSAGE[] = {
    [HANDLE_FREE] = "closed",
    [HANDLE_ENV] = "this Env has been closed",
    [HANDLE_DB] = "this Database has been closed, together with its Env",
    [HANDLE_SCOPE] = "this scope has been closed, together with its Env",
    [HANDLE_TXN] = "this transaction has been committed or aborted",
    [HANDLE_CURSOR] = "this iterator has been closed, or its transaction has ended",
    [HANDLE_BATCH] = "this batch has been submitted, or closed together with its Env",
};

/* The index that an id means, or 0. */
static uint32_t index_of(const struct instance *self, double id) {
  if (!(id >= 1 && id < 4503599627370496.0)) return 0;
  uint64_t number = (uint64_t)id;
  uint32_t index = (uint32_t)(number % INDEXES);
  if (index >= self->handles.used) return 0;
  const struct slot *slot = &self->handles.slots[index];
  return slot->type != HANDLE_FREE && slot->generation == (uint32_t)(number / INDEXES) ? index : 0;
}

static double id_of(const struct instance *self, uint32_t index) {
  return (double)self->handles.slots[index].generation * INDEXES + index;
}

static bool grow(struct handles *handles) {
  uint32_t capacity = handles->capacity == 0 ? FIRST_CAPACITY : handles->capacity * 2;
  if (capacity > INDEXES) return false;
  struct slot *slots = realloc(handles->slots, capacity * sizeof *slots);
  if (slots == NULL) return false;
  memset(slots + handles->capacity, 0, (capacity - handles->capacity) * sizeof *slots);
  handles->slots = slots;
  handles->capacity = capacity;
  if (handles->used == 0) handles->used = 1; /* index 0 means "none" */
  return true;
}

static uint32_t take_slot(struct handles *handles) {
  if (handles->free != 0) {
    uint32_t index = handles->free;
    handles->free = handles->slots[index].next;
    return index;
  }
  if (handles->used == handles->capacity && !grow(handles)) return 0;
  return handles->used++;
}

double handle_add(struct instance *self, enum handle_type type, void *handle, double parent) {
  uint32_t index = take_slot(&self->handles);
  if (index == 0) return 0;
  struct slot *slots = self->handles.slots;
  struct slot *slot = &slots[index];
  uint32_t above = index_of(self, parent);
  slot->handle = handle;
  slot->type = type;
  slot->parent = above;
  slot->first_child = 0;
  slot->previous = 0;
  slot->next = 0;
  slot->writes = false;
  slot->committer = NULL;
  slot->failed = NULL;
  if (above != 0) {
    slot->next = slots[above].first_child;
    if (slot->next != 0) slots[slot->next].previous = index;
    slots[above].first_child = index;
  }
  return id_of(self, index);
}

struct slot *handle_slot(struct instance *self, enum handle_type type, double id) {
  uint32_t index = index_of(self, id);
  return index != 0 && self->handles.slots[index].type == type ? &self->handles.slots[index] : NULL;
}

double handle_parent(struct instance *self, double id) {
  uint32_t index = index_of(self, id);
  uint32_t above = index == 0 ? 0 : self->handles.slots[index].parent;
  return above == 0 ? 0 : id_of(self, above);
}

void *handle_find(struct instance *self, enum handle_type type, double id) {
  const struct slot *slot = handle_slot(self, type, id);
  if (slot != NULL) return slot->handle;
  refuse(self, type == HANDLE_TXN ? SLMDB_TXN_ENDED : SLMDB_CLOSED, CLOSED_MESSAGE[type]);
  return NULL;
}

static void unlink_slot(struct slot *slots, uint32_t index) {
  struct slot *slot = &slots[index];
  if (slot->next != 0) slots[slot->next].previous = slot->previous;
  if (slot->previous != 0) {
    slots[slot->previous].next = slot->next;
  } else if (slot->parent != 0) {
    slots[slot->parent].first_child = slot->next;
  }
}

static void free_slot(struct handles *handles, uint32_t index) {
  struct slot *slot = &handles->slots[index];
  slot->type = HANDLE_FREE;
  slot->handle = NULL;
  committer_end(slot->committer);
  slot->committer = NULL;
  if (slot->failed != NULL && slot->failed_is_ours) free(slot->failed);
  slot->failed = NULL;
  if (slot->generation == UINT32_MAX) return; /* used up: its next id would be an old one */
  slot->generation++;
  slot->next = handles->free;
  handles->free = index;
}

/* Always the deepest first child, and then up: children of transactions may have children, without a limit. */
static void forget_children(struct instance *self, uint32_t index) {
  struct slot *slots = self->handles.slots;
  uint32_t at = index;
  for (;;) {
    if (slots[at].first_child != 0) {
      at = slots[at].first_child;
      continue;
    }
    if (at == index) return;
    uint32_t above = slots[at].parent;
    slots[above].first_child = slots[at].next;
    if (slots[at].type == HANDLE_SCOPE) slmdb_scope_close(slots[at].handle, NULL);
    free_slot(&self->handles, at);
    at = above;
  }
}

void handle_forget(struct instance *self, double id) {
  uint32_t index = index_of(self, id);
  if (index == 0) return;
  forget_children(self, index);
  unlink_slot(self->handles.slots, index);
  free_slot(&self->handles, index);
}

struct committer **handle_committer(struct instance *self, double id) {
  struct slot *slots = self->handles.slots;
  for (uint32_t index = index_of(self, id); index != 0; index = slots[index].parent) {
    if (slots[index].type == HANDLE_ENV) return &slots[index].committer;
  }
  return NULL;
}

void handle_end_committers(struct instance *self) {
  for (uint32_t index = 1; index < self->handles.used; index++) committer_end(self->handles.slots[index].committer);
}

void handle_mark_writer(struct instance *self, double id) {
  uint32_t index = index_of(self, id);
  if (index != 0) self->handles.slots[index].writes = true;
}

bool handle_has_writer(const struct instance *self) {
  for (uint32_t index = 1; index < self->handles.used; index++) {
    const struct slot *slot = &self->handles.slots[index];
    if (slot->type == HANDLE_TXN && slot->writes) return true;
  }
  return false;
}

bool handle_has_txns(struct instance *self, double env) {
  uint32_t index = index_of(self, env);
  if (index == 0) return false;
  const struct slot *slots = self->handles.slots;
  for (uint32_t child = slots[index].first_child; child != 0; child = slots[child].next) {
    if (slots[child].type == HANDLE_TXN) return true;
  }
  return false;
}

/* With them their children and cursors end. */
static void abort_txns(struct instance *self, uint32_t env) {
  const struct slot *slots = self->handles.slots;
  for (uint32_t child = slots[env].first_child; child != 0;) {
    uint32_t next = slots[child].next;
    if (slots[child].type == HANDLE_TXN) {
      slmdb_txn_abort(slots[child].handle, NULL);
      handle_forget(self, id_of(self, child));
    }
    child = next;
  }
}

void handle_release_env(struct instance *self, double env) {
  uint32_t index = index_of(self, env);
  if (index == 0 || self->handles.slots[index].type != HANDLE_ENV) return;
  abort_txns(self, index);
  slmdb_env_close(self->handles.slots[index].handle, NULL);
  handle_forget(self, env);
}

void handle_abort_all(struct instance *self) {
  for (uint32_t index = 1; index < self->handles.used; index++) {
    if (self->handles.slots[index].type == HANDLE_ENV) abort_txns(self, index);
  }
}

void handle_release_all(struct instance *self) {
  for (uint32_t index = 1; index < self->handles.used; index++) {
    if (self->handles.slots[index].type == HANDLE_ENV) handle_release_env(self, id_of(self, index));
  }
}
