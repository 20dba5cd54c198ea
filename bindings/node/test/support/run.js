// Runs a program of test/programs, or a piece of code, in another process.
import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const packageFolder = fileURLToPath(new URL('../..', import.meta.url))
export const program = (name) => fileURLToPath(new URL(`../programs/${name}`, import.meta.url))

/** Code of an ES module, run to its end. */
export function runCode (code, { flags = [], env = {} } = {}) {
  const args = [...flags, '--input-type=module', '--eval', code]
  const options = { cwd: packageFolder, env: { ...process.env, ...env }, timeout: 60000 }
  return spawnSync(process.execPath, args, { ...options, encoding: 'utf8' })
}

/** A program, run to its end without blocking this process. Resolves to its status, signal and output. */
export function runProgram (name, args = [], { flags = [], env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...flags, program(name), ...args], { env: { ...process.env, ...env } })
    const output = { stdout: '', stderr: '' }
    child.stdout.on('data', (data) => { output.stdout += data })
    child.stderr.on('data', (data) => { output.stderr += data })
    child.on('error', reject)
    child.on('close', (status, signal) => resolve({ status, signal, ...output }))
  })
}
