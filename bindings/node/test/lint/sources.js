// Checks what tsc does not: lengths, spaces, and that each test says what it asks. No output: all is well.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const LONGEST_LINE = 120
const LONGEST_FILE = 500
const root = fileURLToPath(new URL('../..', import.meta.url))

function * sources (folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'package-lock.json') continue
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) yield * sources(file)
    else if (/\.(c?js|mjs|[cm]?ts|c|h|sh|json|md)$/.test(entry.name)) yield file
  }
}

function * faults (file) {
  const text = fs.readFileSync(file, 'utf8')
  const lines = text.split('\n')
  if (!text.endsWith('\n') || text.endsWith('\n\n')) yield 'does not end with one newline'
  if (lines.length > LONGEST_FILE) yield `has ${lines.length} lines; at most ${LONGEST_FILE}`
  for (const [i, line] of lines.entries()) {
    const { length } = [...line]
    if (length > LONGEST_LINE) yield `line ${i + 1} has ${length} characters; at most ${LONGEST_LINE}`
    if (/\s$/.test(line)) yield `line ${i + 1} ends with a space`
    if (line.includes('\t')) yield `line ${i + 1} has a tab`
  }
  if (file.endsWith('.test.js') && !/^\/\/ .*\?$/.test(lines[0])) yield 'its first line does not say what it asks'
}

let count = 0
for (const file of sources(root)) {
  for (const fault of faults(file)) {
    console.error(`${path.relative(root, file)}: ${fault}`)
    count++
  }
}
process.exitCode = count === 0 ? 0 : 1
