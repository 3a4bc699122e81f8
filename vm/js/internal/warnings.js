// process.emitWarning: an event of the process, and by default a line on standard error.

const { codes } = require('internal/errors');
const { validateString } = require('internal/validators');

let hintShown = false;

function describe(warning, process) {
  const code = warning.code ? `[${warning.code}] ` : '';
  const isDeprecation = warning.name === 'DeprecationWarning';
  const showTrace = process.traceProcessWarnings || (isDeprecation && process.traceDeprecation);
  let text = `(node:${process.pid}) ${code}`;
  text += showTrace && warning.stack ? `${warning.stack}` : `${Error.prototype.toString.call(warning)}`;
  if (typeof warning.detail === 'string') text += `\n${warning.detail}`;
  if (!showTrace && !hintShown) {
    hintShown = true;
    const flag = isDeprecation ? '--trace-deprecation' : '--trace-warnings';
    text += `\n(Use \`node ${flag} ...\` to show where the warning was created)`;
  }
  return text;
}

/** The listener that prints; programs may remove it. */
function printWarning(warning) {
  const { process } = require('internal/process_object');
  if (!(warning instanceof Error)) return;
  if (warning.name === 'DeprecationWarning' && process.noDeprecation) return;
  binding('console').write(2, `${describe(warning, process)}\n`);
}

function makeWarning(warning, type, code, detail, ctor) {
  if (warning instanceof Error) return warning;
  const error = new Error(warning);
  error.name = String(type || 'Warning');
  if (code !== undefined) error.code = code;
  if (detail !== undefined) error.detail = detail;
  Error.captureStackTrace?.(error, ctor);
  return error;
}

/** `emitWarning(warning, options)` or `emitWarning(warning, type, code, ctor)`. */
function emitWarning(warning, type, code, ctor) {
  let detail;
  if (type !== null && typeof type === 'object' && !Array.isArray(type)) {
    ({ ctor, code, detail } = type);
    if (typeof detail !== 'string') detail = undefined;
    type = type.type || 'Warning';
  } else if (typeof type === 'function') {
    [ctor, code, type] = [type, undefined, 'Warning'];
  }
  if (type !== undefined && type !== null) validateString(type, 'type');
  if (typeof code === 'function') [ctor, code] = [code, undefined];
  else if (code !== undefined) validateString(code, 'code');
  if (typeof warning !== 'string' && !(warning instanceof Error)) {
    throw new codes.ERR_INVALID_ARG_TYPE('warning', ['Error', 'string'], warning);
  }
  const made = makeWarning(warning, type, code, detail, ctor ?? emitWarning);
  const { process } = require('internal/process_object');
  if (made.name === 'DeprecationWarning') {
    if (process.noDeprecation) return;
    if (process.throwDeprecation) {
      process.nextTick(() => { throw made; });
      return;
    }
  }
  process.nextTick(() => process.emit('warning', made));
}

module.exports = { emitWarning, printWarning };
