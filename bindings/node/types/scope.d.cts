// Scopes of index.d.cts, which exports them.

/** A scope: its name (1 to 4,096 bytes of UTF-8), a {@link Scope}, or `null` or `undefined` for the default one. */
export type ScopeLike = Scope | string | null | undefined

/** The name of a scope, checked once. It belongs to no Env, and has nothing to close. */
export class Scope {
  /**
   * @param name - 1 to 4,096 bytes of UTF-8
   * @throws {@link SlmdbError}: `SLMDB_EMPTY_SCOPE`, `SLMDB_INVALID_SCOPE`
   */
  constructor(name: string)

  /** The name. */
  readonly name: string

  /** The name. */
  toString(): string
}

/** A registered scope. */
export interface ScopeEntry {
  /** Its name. */
  name: string
  /** The number that stands for it in the keys of named scopes. */
  id: number
}
