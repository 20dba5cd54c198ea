/* Pages of raw keys and values as the engine takes many puts. What Go does for typed ones, object by object. */
#ifndef SLM_PACK_H
#define SLM_PACK_H

#include <stddef.h>

/*
 * Packs `count` keys and values, each a MessagePack bin, for PutPacked (core/engine/packed.go), and says how many bytes
 * that are; 0 if they are something else, or not all there, or if something follows them. There must be room for the
 * length and 4 bytes a put.
 */
size_t slm_pack(const void *objects, size_t length, size_t count, char *packed);

#endif
