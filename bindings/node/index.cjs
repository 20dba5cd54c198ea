'use strict'
// The package for require(). index.js re-exports the same objects, so that both ways share one implementation.

const { Batch } = require('./lib/batch.js')
const { Database } = require('./lib/database.js')
const { Env, open } = require('./lib/env.js')
const { SlmdbError } = require('./lib/errors.js')
const { Extension } = require('./lib/extension.js')
const { Float } = require('./lib/float.js')
const { verifyExport } = require('./lib/maintenance.js')
const { version } = require('./lib/native.js')
const { Scope } = require('./lib/scope.js')
const { Txn } = require('./lib/txn.js')
const { ScopeView } = require('./lib/view.js')

module.exports = {
  Batch, Database, Env, Extension, Float, Scope, ScopeView, SlmdbError, Txn, open, verifyExport, version
}
