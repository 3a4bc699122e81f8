// structuredClone: the structured clone algorithm, from a realm into itself.

const { codes } = require('internal/errors');
const { copy, readList } = require('internal/clone/transfer');

function structuredClone(value, options = undefined) {
  if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('value');
  if (options != null && typeof options !== 'object' && typeof options !== 'function') {
    throw new codes.ERR_INVALID_ARG_TYPE('options', ['object', 'null', 'undefined'], options);
  }
  return copy(value, readList(options?.transfer, 'transferList'));
}

module.exports = { structuredClone };
