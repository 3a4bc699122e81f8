// Errors of resolution, parsing and linking: made of what the native half found.

const classes = { __proto__: null, Error, SyntaxError, TypeError };
const { defineProperty } = Object;
const { parse } = JSON;

/** The error of a reply `e:<json>`. */
function makeError(reply) {
  const details = parse(reply.slice(2));
  const Class = classes[details.name] ?? Error;
  const error = new Class(details.message);
  if (details.code !== undefined) error.code = details.code;
  // For the report; not enumerable, so that printing the error does not repeat them.
  hide(error, 'codeFrame', details.frame);
  hide(error, 'help', details.help);
  hide(error, 'specifier', details.specifier);
  if (details.file !== undefined) hide(error, 'sourceFile', details.file);
  if (details.position !== undefined) {
    hide(error, 'sourcePosition', details.position);
    // The place of the fault is in the file, not where the loader noticed it.
    const at = `${details.file}:${details.position.line}:${details.position.column}`;
    hide(error, 'stack', `${details.name}: ${details.message}\n    at ${at}`);
  }
  return error;
}

function hide(error, key, value) {
  if (value === undefined) return;
  defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true });
}

function throwReply(reply) {
  throw makeError(reply);
}

module.exports = { makeError, throwReply };
