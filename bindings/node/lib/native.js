'use strict'
// The library's functions as functions of JavaScript. Handles are ids that mean nothing outside the addon. Bytes go in
// and out by the memory of encoder.js and `memory.answer`.

const { memory, openHandles, ready, shrinkAnswer, version } = require('./native/frame.js')

module.exports = {
  ...require('./native/env.js'),
  ...require('./native/database.js'),
  ...require('./native/batch.js'),
  ...require('./native/maintenance.js'),
  memory,
  openHandles,
  ready,
  shrinkAnswer,
  version
}
