/// <reference types="node" />
/// <reference lib="esnext.disposable" />

/**
 * Many tenants' data in one LMDB environment.
 *
 * An {@link Env} is a folder; a {@link Database} in it has a kind; every operation names a scope (an isolated
 * namespace, or the default one) and runs inside a {@link Txn}. A {@link ScopeView} has transactions of its own, and
 * asynchronous writes.
 *
 * @packageDocumentation
 */

export * from './types/batch.cjs'
export * from './types/database.cjs'
export * from './types/env.cjs'
export * from './types/errors.cjs'
export * from './types/maintenance.cjs'
export * from './types/range.cjs'
export * from './types/scope.cjs'
export * from './types/txn.cjs'
export * from './types/values.cjs'
export * from './types/view.cjs'
