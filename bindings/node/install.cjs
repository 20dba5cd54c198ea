'use strict'
// Runs when npm installs the package, if its scripts are allowed, or by hand. Where the package of this platform is
// there, nothing is to be done. Elsewhere addon and library are built from the sources in this package, with Go (see
// source/go.mod) and a C compiler (CC, else gcc). Nothing is downloaded.

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { places } = require('./lib/load.js')

const source = path.join(__dirname, 'source')
const built = path.join(__dirname, 'built')
const compiler = process.env.CC || 'gcc'

/** @param {string} program @param {string[]} args */
function run (program, args) {
  const go = { GOTOOLCHAIN: 'local', GOFLAGS: '-mod=vendor', GOPROXY: 'off', CGO_ENABLED: '1' }
  const env = { ...process.env, ...go, CC: compiler }
  execFileSync(program, args, { cwd: source, env, stdio: ['ignore', 'inherit', 'inherit'] })
}

function buildLibrary () {
  const linker = ['--build-id=none', '-soname,libslmdb.so.1',
    `--version-script=${path.join(source, 'include/slmdb.map')}`, '--wrap=pthread_getattr_np']
  const flags = linker.map((flag) => `-Wl,${flag}`).join(' ')
  const file = path.join(built, 'libslmdb.so.1')
  run('go', ['build', '-buildmode=c-shared', '-trimpath', '-buildvcs=false',
    '-ldflags', `-s -w -buildid= -extldflags '${flags}'`, '-o', file, './capi'])
  fs.rmSync(`${file}.h`, { force: true }) // cgo's own header
}

function buildAddon () {
  const sources = fs.readdirSync(path.join(source, 'addon')).filter((name) => name.endsWith('.c'))
  run(compiler, ['-std=c11', '-O2', '-fPIC', '-shared', '-fvisibility=hidden',
    '-I', path.join(source, 'include'), '-isystem', path.join(source, 'node-api'),
    ...sources.map((name) => path.join(source, 'addon', name)),
    path.join(built, 'libslmdb.so.1'), '-Wl,-z,relro,-z,now', '-Wl,-rpath,$ORIGIN',
    '-o', path.join(built, 'scoped_lmdb.node')])
}

function main () {
  if (places(process.env).some(({ file }) => fs.existsSync(file))) return
  console.log('scoped-lmdb: there is no package for this platform; building from source')
  fs.mkdirSync(built, { recursive: true })
  try {
    buildLibrary()
    buildAddon()
  } catch (error) {
    fs.rmSync(built, { recursive: true, force: true })
    console.error(`scoped-lmdb: cannot be built here: ${error instanceof Error ? error.message : String(error)}. It ` +
      `needs Go and a C compiler (${compiler}), Linux and glibc`)
    process.exitCode = 1
  }
}

main()
