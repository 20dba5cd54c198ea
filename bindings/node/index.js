// The package for import: the objects of index.cjs.

import implementation from './index.cjs'

export const {
  Batch, Database, Env, Extension, Float, Scope, ScopeView, SlmdbError, Txn, open, verifyExport, version
} = implementation
