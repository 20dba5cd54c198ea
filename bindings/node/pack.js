// node pack.js OUT_DIR BUILD_DIR: makes two tarballs in OUT_DIR, as npm publishes them.
//
//   scoped-lmdb-VERSION.tgz                the package, which is the same for all platforms, with the sources of addon
//                                          and library for platforms that have no package of their own
//   scoped-lmdb-PLATFORM-ARCH-VERSION.tgz  @scoped-lmdb/PLATFORM-ARCH: addon and library as they are in BUILD_DIR, an
//                                          optional dependency of the first one
//
// Needs Go, which gathers the modules that the library is made of, and npm.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path.dirname(fileURLToPath(import.meta.url))
const root = path.resolve(here, '../..')
const platform = `${process.platform}-${process.arch}`
const LICENSES = ['LICENSE-APACHE', 'LICENSE-MIT']

if (process.argv.length !== 4) {
  console.error('usage: node pack.js OUT_DIR BUILD_DIR')
  process.exit(2)
}
const out = path.resolve(process.argv[2])
const build = path.resolve(process.argv[3])
const manifest = JSON.parse(fs.readFileSync(path.join(here, 'package.json'), 'utf8'))

function writeManifest (folder, contents) {
  fs.writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(contents, null, 2)}\n`)
}

function copy (from, to, filter = () => true) {
  fs.cpSync(from, to, { recursive: true, dereference: true, filter })
}

/** What npm shows of both packages. */
function common ({ version, description, license, engines }) {
  return { version, description, license, engines }
}

/** The licences of the modules that the library is made of. */
function copyLicenses (vendor, folder) {
  for (const name of fs.readdirSync(vendor, { recursive: true })) {
    if (!/^(LICENSE|COPYRIGHT|NOTICE)/.test(path.basename(name))) continue
    fs.mkdirSync(path.join(folder, path.dirname(name)), { recursive: true })
    copy(path.join(vendor, name), path.join(folder, name))
  }
}

function stagePlatform (folder, vendor) {
  fs.mkdirSync(folder, { recursive: true })
  copyLicenses(vendor, path.join(folder, 'licenses'))
  copy(path.join(build, 'node/scoped_lmdb.node'), path.join(folder, 'scoped_lmdb.node'))
  copy(path.join(build, 'lib/libslmdb.so.1'), path.join(folder, 'libslmdb.so.1'))
  for (const name of LICENSES) copy(path.join(root, name), path.join(folder, name))
  const what = `Addon and library of scoped-lmdb for ${platform}. Install scoped-lmdb, which asks for this package.\n`
  fs.writeFileSync(path.join(folder, 'README.md'), `# @scoped-lmdb/${platform}\n\n${what}`)
  writeManifest(folder, {
    name: `@scoped-lmdb/${platform}`,
    ...common(manifest),
    description: what.trim(),
    os: [process.platform],
    cpu: [process.arch],
    libc: ['glibc']
  })
}

/** The library's Go code with all modules that it needs, the addon's C code, and the headers of both. */
function stageSources (folder) {
  fs.mkdirSync(folder, { recursive: true })
  const isWanted = (file) => !/_test\.go$|\/testdata(\/|$)/.test(file)
  for (const name of ['go.mod', 'go.sum', 'core', 'capi', 'include']) {
    copy(path.join(root, name), path.join(folder, name), isWanted)
  }
  for (const name of ['faulty', 'enginetest']) fs.rmSync(path.join(folder, 'core/engine', name), { recursive: true })
  execFileSync('go', ['mod', 'vendor'], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] })
  copy(path.join(here, 'src/addon'), path.join(folder, 'addon'))
  copy(path.join(here, 'node_modules/node-api-headers/include'), path.join(folder, 'node-api'))
  copy(path.join(here, 'node_modules/node-api-headers/LICENSE'), path.join(folder, 'node-api/LICENSE'))
}

function stagePackage (folder) {
  fs.mkdirSync(folder, { recursive: true })
  for (const name of manifest.files) copy(path.join(here, name), path.join(folder, name))
  copy(path.join(here, 'README.md'), path.join(folder, 'README.md'))
  for (const name of LICENSES) copy(path.join(root, name), path.join(folder, name))
  stageSources(path.join(folder, 'source'))
  const { devDependencies: _, scripts: __, tsd: ___, ...published } = manifest
  writeManifest(folder, {
    ...published,
    files: [...manifest.files, ...LICENSES, 'source'],
    scripts: { install: 'node install.cjs' },
    optionalDependencies: { [`@scoped-lmdb/${platform}`]: manifest.version }
  })
}

fs.mkdirSync(out, { recursive: true })
const staging = fs.mkdtempSync(path.join(out, '.pack-'))
try {
  stagePackage(path.join(staging, 'package'))
  stagePlatform(path.join(staging, 'platform'), path.join(staging, 'package/source/vendor'))
  for (const name of ['platform', 'package']) {
    const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', out]
    const file = execFileSync('npm', args, { cwd: path.join(staging, name), encoding: 'utf8' }).trim()
    console.log(path.join(out, file))
  }
} finally {
  fs.rmSync(staging, { recursive: true, force: true })
}
