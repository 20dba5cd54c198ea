// Keys and values of index.d.cts, which exports them.
/// <reference types="node" />

/**
 * What can be a key of a typed database. Keys are ordered: null, bytes, text, arrays by element, integers, floats,
 * false, true.
 *
 * - A `number` that is a safe integer is an integer, the same key as that integer in every other language. Every other
 *   number is a 64-bit float, -0 too. `NaN` is refused.
 * - A `bigint` is an integer from -2^63 to 2^64-1; `7n` and `7` are the same key.
 * - Text with a lone surrogate is refused.
 * - `new Float(7)` is the float 7.0 of other languages, another key than the integer 7. (In a database with `keyType:
 *   'f32'` or `'f64'` every number is a float.)
 */
export type Key = null | boolean | number | bigint | string | Uint8Array | Float | readonly Key[]

/**
 * A key as it is read: integers beyond ±(2^53-1) are `bigint`, bytes are `Buffer`s that own their memory, a float that
 * would be taken for an integer is a {@link Float}. So `get` and `delete` find every entry by the key that a range has
 * given.
 */
export type StoredKey = null | boolean | number | bigint | string | Buffer | Float | StoredKey[]

/**
 * What can be a value of a typed or bytes-key database. It is stored as MessagePack that every language can read.
 *
 * - Numbers are as for {@link Key}, but `NaN` is allowed.
 * - A `Date` is MessagePack's timestamp, in milliseconds. An invalid one is refused.
 * - Objects are plain ones, with their own enumerable properties; a property that is `undefined` is left out. An object
 *   of a class is refused, unless it has `toJSON()`, whose result is stored then.
 * - A `Map` may have keys that are no text. One whose keys are all text comes back as an object, and a `Set` is
 *   refused, but with {@link DatabaseOptions.extensions}.
 * - Anything else is refused: `undefined`, functions, symbols, other typed arrays, promises, cycles, more than
 *   511 levels.
 */
export type Value =
  | Leaf
  | readonly Value[]
  | ReadonlyMap<Value, Value>
  | { readonly [name: string]: Value | undefined }
  | { toJSON(): Value }

/** A value within which there are no others. */
export type Leaf = null | boolean | number | bigint | string | Uint8Array | Date | Float | Extension

/** What can be a value where {@link DatabaseOptions.extensions} is set: Sets as well. */
export type ExtendedValue =
  | Leaf
  | readonly ExtendedValue[]
  | ReadonlyMap<ExtendedValue, ExtendedValue>
  | ReadonlySet<ExtendedValue>
  | { readonly [name: string]: ExtendedValue | undefined }
  | { toJSON(): ExtendedValue }

/** A value as it is read where {@link DatabaseOptions.extensions} is set: {@link StoredValue}, and Sets. */
export type StoredExtendedValue =
  | Exclude<StoredValue, object>
  | Buffer
  | Date
  | Extension
  | StoredExtendedValue[]
  | Map<StoredExtendedValue, StoredExtendedValue>
  | Set<StoredExtendedValue>
  | { [name: string]: StoredExtendedValue }

/**
 * A value as it is read: integers beyond ±(2^53-1) are `bigint`, bytes are `Buffer`s that own their memory. A map is a
 * plain object if all its keys are text (so is a `Map` that was put with such keys), else a `Map`. A timestamp is a
 * `Date`; what it has below milliseconds is cut off.
 */
export type StoredValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Buffer
  | Date
  | Extension
  | StoredValue[]
  | Map<StoredValue, StoredValue>
  | { [name: string]: StoredValue }

/**
 * A key as it is read from a database whose keys are written as `K`.
 *
 * @typeParam K - what the database's keys are put as
 */
export type ReadKey<K> = [Key] extends [K] ? StoredKey : [K] extends [Uint8Array] ? Buffer : K

/**
 * A value as it is read from a database whose values are written as `V`.
 *
 * @typeParam V - what the database's values are put as
 */
export type ReadValue<V> = [ExtendedValue] extends [V]
  ? StoredExtendedValue
  : [Value] extends [V] ? StoredValue : [V] extends [Uint8Array] ? Buffer : V

/**
 * A float, where a number that is whole would be an integer: `new Float(7)` is 7.0. Keys are read as such; values that
 * were put as such are read as numbers.
 */
export class Float {
  /** @throws {@link SlmdbError}: `SLMDB_INVALID_ARGUMENT` if it is no number */
  constructor(value: number)

  /** The number. */
  readonly value: number

  /** The number. */
  valueOf(): number
}

/** A MessagePack extension that this package does not know, as another program put it. It can be put back as it is. */
export class Extension {
  /**
   * @param type - -128 to 127, but not -1, which is a `Date`
   * @throws {@link SlmdbError}: `SLMDB_INVALID_ARGUMENT`
   */
  constructor(type: number, data: Uint8Array)

  /** The extension's number. */
  readonly type: number
  /** What it holds. */
  readonly data: Uint8Array
}
