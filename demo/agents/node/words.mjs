// Words: how requests and answers write values (see ../README.md).

/** The words of a line that have not been read yet. */
export class Words {
  #words
  #at = 0

  constructor (line) {
    this.#words = line.split(' ').filter((word) => word !== '')
  }

  get done () {
    return this.#at >= this.#words.length
  }

  /** The next word; empty after the last. */
  next () {
    return this.#words[this.#at++] ?? ''
  }

  /** The next value. */
  value () {
    const word = this.next()
    if (word === '(') return this.#until(')')
    if (word === '{') return dictionary(this.#until('}'))
    const body = word.slice(1)
    switch (word[0]) {
      case 'n': return null
      case 't': return true
      case 'f': return false
      case 'i': return integer(body)
      case 'd': return Buffer.from(body, 'hex').readDoubleBE()
      case 's': return bytes(body).toString('utf8')
      case 'b': return bytes(body)
      default: throw new TypeError(`'${word}' is no value`)
    }
  }

  #until (end) {
    const values = []
    while (!this.done && this.#words[this.#at] !== end) values.push(this.value())
    this.next()
    return values
  }
}

/** An integer as a program would have it: a number if that can hold it. */
function integer (digits) {
  const number = Number(digits)
  return Number.isSafeInteger(number) ? number : BigInt(digits)
}

/** A plain object if all keys are text, else a Map. */
function dictionary (flat) {
  const map = new Map()
  for (let i = 0; i < flat.length; i += 2) map.set(flat[i], flat[i + 1])
  return [...map.keys()].every((key) => typeof key === 'string') ? Object.fromEntries(map) : map
}

function bytes (escaped) {
  const raw = escaped.replace(/%(..)/g, (_, digits) => String.fromCharCode(parseInt(digits, 16)))
  return Buffer.from(raw, 'latin1')
}

/** @param {unknown} value @returns {string} its words */
export function text (value) {
  switch (typeof value) {
    case 'boolean': return value ? 't' : 'f'
    case 'bigint': return `i${value}`
    case 'number': return number(value)
    case 'string': return 's' + escaped(Buffer.from(value, 'utf8'))
  }
  if (value === null) return 'n'
  if (value instanceof Uint8Array) return 'b' + escaped(Buffer.from(value))
  if (Array.isArray(value)) return ['(', ...value.map(text), ')'].join(' ')
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  const pairs = entries.map(([key, item]) => [text(key), text(item)])
  pairs.sort(([a], [b]) => a < b ? -1 : 1)
  return ['{', ...pairs.flat(), '}'].join(' ')
}

function number (value) {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return `i${value}`
  const bits = Buffer.alloc(8)
  bits.writeDoubleBE(value)
  return 'd' + bits.toString('hex')
}

function escaped (raw) {
  return raw.toString('latin1').replace(/[^!-$&-~]/g, (c) => '%' + c.charCodeAt(0).toString(16).padStart(2, '0'))
}
