/**
 * Many tenants' data in one LMDB environment. The declarations are in index.d.cts: import and require() give the same
 * objects.
 *
 * @packageDocumentation
 */
export * from './index.cjs'
