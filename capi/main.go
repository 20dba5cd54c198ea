// Command capi is libslmdb: the C ABI of scoped-lmdb (include/slmdb.h), built with -buildmode=c-shared.
//
// Each exported function decodes its arguments, makes one call of the core, and encodes the result. A call runs on its
// caller's OS thread all the way into LMDB, so LMDB's rule that a write transaction stays on its thread is the caller's.
package main

func main() {}
