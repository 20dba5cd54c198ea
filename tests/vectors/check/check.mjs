// Compares the keys in a file, one JSON object a line, with what the npm package fdb-tuple makes of them, in both
// directions. Run as: node check.mjs FILE FOLDER, where FOLDER has the package in its node_modules.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [file, folder] = process.argv.slice(2);
const require = createRequire(join(resolve(folder), 'package.json'));
const { pack, unpack } = require('fdb-tuple');

// The value that fdb-tuple takes for a literal (see the README of the vectors).
function toTuple(literal) {
  if (literal === null || typeof literal === 'boolean') return literal;
  if ('text' in literal) return literal.text;
  if ('bytes' in literal) return Buffer.from(literal.bytes, 'hex');
  if ('int' in literal) return BigInt(literal.int);
  if ('float' in literal) return { type: 'double', value: Buffer.from(literal.float, 'hex').readDoubleBE(0) };
  return literal.tuple.map(toTuple);
}

// The literal for a value that fdb-tuple gives when asked to keep floats apart from integers.
function toLiteral(value) {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return { text: value };
  if (Buffer.isBuffer(value)) return { bytes: value.toString('hex') };
  if (typeof value === 'bigint' || typeof value === 'number') return { int: String(value) };
  if (Array.isArray(value)) return { tuple: value.map(toLiteral) };
  const bits = Buffer.alloc(8);
  bits.writeDoubleBE(value.value, 0);
  return { float: bits.toString('hex') };
}

const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line !== '');
lines.forEach((line, i) => {
  const { note, key, stored } = JSON.parse(line);
  const packed = pack([toTuple(key)]).toString('hex');
  const unpacked = unpack(Buffer.from(stored, 'hex'), true).map(toLiteral);
  if (packed !== stored || JSON.stringify(unpacked) !== JSON.stringify([key])) {
    console.error(`check: key ${i} (${note}): ${JSON.stringify(key)} is stored as ${stored}`);
    console.error(`  fdb-tuple packs ${packed}, and unpacks what is stored as ${JSON.stringify(unpacked)}`);
    process.exit(1);
  }
});
if (lines.length === 0) {
  console.error('check: there are no keys');
  process.exit(1);
}
console.log(`${lines.length} keys: as the npm package fdb-tuple packs and unpacks them`);
