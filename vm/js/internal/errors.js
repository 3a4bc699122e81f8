// Node-style errors: the table of `ERR_*` codes, system call errors and AbortError.
//
// Owns the wording of coded errors. Must not require anything at load time: every built-in needs this file, so
// what only a message needs (inspect, the errno table) is required when a message is made.
//
// Shape of an error made here: own enumerable `code`, plain `name` ('TypeError'), hidden `kIsNodeError` mark and a
// `toString` that shows the code. Whoever prints stack headers shows `name [code]: message` when
// `kIsNodeError in error`.

const { defineProperty } = Object;
const kIsNodeError = Symbol('kIsNodeError');

const codes = { __proto__: null };
const messages = { __proto__: null };

function inspectValue(value, options) {
  return require('internal/util/inspect').inspect(value, options);
}

/** Adds a code. `message` is text or a function of the constructor's arguments. */
function define(code, Base, message) {
  messages[code] = message;
  codes[code] = function NodeError(...args) {
    const text = typeof message === 'function' ? message(...args) : fill(message, args);
    return decorate(new Base(text), code);
  };
}

/** `%s` and `%d` placeholders cover the plain messages. */
function fill(message, args) {
  let index = 0;
  return args.length === 0 ? message : message.replace(/%[sd]/g, () => String(args[index++]));
}

function hide(object, key, value) {
  defineProperty(object, key, { __proto__: null, value, enumerable: false, writable: true, configurable: true });
}

function decorate(error, code) {
  hide(error, kIsNodeError, true);
  hide(error, 'toString', function toString() {
    return `${this.name} [${code}]: ${this.message}`;
  });
  error.code = code;
  return error;
}

// ---- wording helpers ----

const PRIMITIVE_TYPES = new Set([
  'string', 'function', 'number', 'object', 'Function', 'Object', 'boolean', 'bigint', 'symbol',
]);
const CLASS_NAME = /^([A-Z][a-z0-9]*)+$/;

/** `a`, `a or b`, `a, b, or c`. */
function joinList(list, word = 'and') {
  if (list.length < 3) return list.join(` ${word} `);
  return `${list.slice(0, -1).join(', ')}, ${word} ${list[list.length - 1]}`;
}

/** What was received, for people: `type number (5)`, `an instance of Foo`, `undefined`. */
function describeReceived(value) {
  if (value == null) return `${value}`;
  if (typeof value === 'function') return value.name ? `function ${value.name}` : 'function ';
  if (typeof value === 'object') {
    const name = value.constructor?.name;
    return name ? `an instance of ${name}` : inspectValue(value, { depth: -1 });
  }
  let text = inspectValue(value, { colors: false });
  if (text.length > 28) text = `${text.slice(0, 25)}...`;
  return `type ${typeof value} (${text})`;
}

function subject(name) {
  if (name.endsWith(' argument')) return `The ${name} `;
  return `The "${name}" ${name.includes('.') ? 'property' : 'argument'} `;
}

function expectedTypes(expected) {
  const types = [];
  const instances = [];
  const other = [];
  for (const value of expected) {
    if (PRIMITIVE_TYPES.has(value)) types.push(value.toLowerCase());
    else if (CLASS_NAME.test(value)) instances.push(value);
    else other.push(value);
  }
  // A plain object beside classes reads better as one more instance.
  const objectAt = types.indexOf('object');
  if (instances.length > 0 && objectAt !== -1) {
    types.splice(objectAt, 1);
    instances.push('Object');
  }
  const parts = [];
  if (types.length > 0) parts.push(`${types.length > 1 ? 'one of type' : 'of type'} ${joinList(types, 'or')}`);
  if (instances.length > 0) parts.push(`an instance of ${joinList(instances, 'or')}`);
  if (other.length > 1) parts.push(`one of ${joinList(other, 'or')}`);
  else if (other.length === 1) parts.push(`${other[0].toLowerCase() === other[0] ? '' : 'an '}${other[0]}`);
  return parts.join(' or ');
}

function argTypeMessage(name, expected, actual) {
  const list = Array.isArray(expected) ? expected : [expected];
  return `${subject(name)}must be ${expectedTypes(list)}. Received ${describeReceived(actual)}`;
}

function argValueMessage(name, value, reason = 'is invalid') {
  let text = inspectValue(value);
  if (text.length > 128) text = `${text.slice(0, 128)}...`;
  return `The ${name.includes('.') ? 'property' : 'argument'} '${name}' ${reason}. Received ${text}`;
}

/** 1234567 -> 1_234_567: groups of three from the right. */
function groupDigits(text) {
  return text.replace(/\B(?=(\d{3})+$)/g, '_');
}

function rangeMessage(name, range, input, replaceDefault = false) {
  let received;
  if (Number.isInteger(input) && Math.abs(input) > 2 ** 32) {
    received = groupDigits(String(input));
  } else if (typeof input === 'bigint') {
    received = String(input);
    const large = input > 2n ** 32n || input < -(2n ** 32n);
    received = `${large ? groupDigits(received) : received}n`;
  } else {
    received = inspectValue(input);
  }
  const start = replaceDefault ? name : `The value of "${name}" is out of range.`;
  return `${start} It must be ${range}. Received ${received}`;
}

function missingArgsMessage(...args) {
  const names = args.map((arg) => (Array.isArray(arg) ? arg.map((a) => `"${a}"`).join(' or ') : `"${arg}"`));
  return `The ${joinList(names)} argument${names.length > 1 ? 's' : ''} must be specified`;
}

function returnValueMessage(expected, name, value) {
  return `Expected ${expected} to be returned from the "${name}" function but got ${describeReceived(value)}.`;
}

// ---- the table ----

define('ERR_AMBIGUOUS_ARGUMENT', TypeError, 'The "%s" argument is ambiguous. %s');
define('ERR_ARG_NOT_ITERABLE', TypeError, '%s must be iterable');
define('ERR_ASSERTION', Error, '%s');
define('ERR_ASYNC_CALLBACK', TypeError, '%s must be a function');
define('ERR_ASYNC_TYPE', TypeError, 'Invalid name for async "type": %s');
define('ERR_BUFFER_OUT_OF_BOUNDS', RangeError, (name) =>
  name ? `"${name}" is outside of buffer bounds` : 'Attempt to access memory outside buffer bounds');
define('ERR_BUFFER_TOO_LARGE', RangeError, 'Cannot create a Buffer larger than %s bytes');
define('ERR_CHILD_CLOSED_BEFORE_REPLY', Error, 'Child closed before reply received');
define('ERR_CHILD_PROCESS_IPC_REQUIRED', Error, "Forked processes must have an IPC channel, missing value 'ipc' in %s");
define('ERR_CHILD_PROCESS_STDIO_MAXBUFFER', RangeError, '%s maxBuffer length exceeded');
define('ERR_CONSOLE_WRITABLE_STREAM', TypeError, 'Console expects a writable stream instance for %s');
define('ERR_CONSTRUCT_CALL_INVALID', TypeError, 'Constructor cannot be called');
define('ERR_CONSTRUCT_CALL_REQUIRED', TypeError, 'Class constructor %s cannot be invoked without `new`');
define('ERR_DIR_CLOSED', Error, 'Directory handle was closed');
define('ERR_DIR_CONCURRENT_OPERATION', Error,
  'Cannot do synchronous work on directory handle with concurrent asynchronous operations');
define('ERR_DLOPEN_FAILED', Error, '%s');
define('ERR_ENCODING_INVALID_ENCODED_DATA', TypeError, 'The encoded data was not valid for encoding %s');
define('ERR_ENCODING_NOT_SUPPORTED', RangeError, 'The "%s" encoding is not supported');
define('ERR_EVENT_RECURSION', Error, 'The event "%s" is already being dispatched');
define('ERR_FALSY_VALUE_REJECTION', Error, 'Promise was rejected with falsy value');
define('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', TypeError,
  'The feature %s is unavailable on the current platform, which is being used to run Node.js');
define('ERR_FS_EISDIR', Error, 'Path is a directory: %s');
define('ERR_FS_FILE_TOO_LARGE', RangeError, 'File size (%s) is greater than 2 GiB');
define('ERR_FS_INVALID_SYMLINK_TYPE', Error, 'Symlink type must be one of "dir", "file", or "junction". Received "%s"');
define('ERR_ILLEGAL_CONSTRUCTOR', TypeError, 'Illegal constructor');
define('ERR_INCOMPATIBLE_OPTION_PAIR', TypeError, 'Option "%s" cannot be used in combination with option "%s"');
define('ERR_INTERNAL_ASSERTION', Error, (message) =>
  `${message ? `${message}\n` : ''}This is a bug in the runtime or a wrong use of its internals.`);
define('ERR_INVALID_ARG_TYPE', TypeError, argTypeMessage);
define('ERR_INVALID_ARG_VALUE', TypeError, argValueMessage);
define('ERR_INVALID_ASYNC_ID', RangeError, 'Invalid %s value: %s');
define('ERR_INVALID_BUFFER_SIZE', RangeError, 'Buffer size must be a multiple of %s');
define('ERR_INVALID_CALLBACK', TypeError, (callback) =>
  `Callback must be a function. Received ${inspectValue(callback)}`);
define('ERR_INVALID_CHAR', TypeError, (name, field) =>
  `Invalid character in ${name}${field === undefined ? '' : ` ["${field}"]`}`);
define('ERR_INVALID_CURSOR_POS', TypeError, 'Cannot set cursor row without setting its column');
define('ERR_INVALID_FD', RangeError, '"fd" must be a positive integer: %s');
define('ERR_INVALID_FD_TYPE', TypeError, 'Unsupported fd type: %s');
define('ERR_INVALID_FILE_URL_HOST', TypeError, 'File URL host must be "localhost" or empty on %s');
define('ERR_INVALID_FILE_URL_PATH', TypeError, 'File URL path %s');
define('ERR_INVALID_HANDLE_TYPE', TypeError, 'This handle type cannot be sent');
define('ERR_INVALID_HTTP_TOKEN', TypeError, '%s must be a valid HTTP token ["%s"]');
define('ERR_INVALID_MODULE_SPECIFIER', TypeError, (request, reason, base) =>
  `Invalid module "${request}" ${reason}${base ? ` imported from ${base}` : ''}`);
define('ERR_INVALID_OPT_VALUE_ENCODING', TypeError, 'The value "%s" is invalid for option "encoding"');
define('ERR_INVALID_PROTOCOL', TypeError, 'Protocol "%s" not supported. Expected "%s"');
define('ERR_INVALID_RETURN_PROPERTY_VALUE', TypeError, (input, name, property, value) =>
  `Expected ${input} to be returned for the "${property}" from the "${name}" function but got ` +
  `${describeReceived(value)}.`);
define('ERR_INVALID_RETURN_VALUE', TypeError, returnValueMessage);
define('ERR_INVALID_STATE', Error, 'Invalid state: %s');
define('ERR_INVALID_SYNC_FORK_INPUT', TypeError,
  'Asynchronous forks do not support Buffer, TypedArray, DataView or string input: %s');
define('ERR_INVALID_THIS', TypeError, 'Value of "this" must be of type %s');
define('ERR_INVALID_TUPLE', TypeError, '%s must be an iterable %s tuple');
define('ERR_INVALID_URI', URIError, 'URI malformed');
define('ERR_INVALID_URL', TypeError, 'Invalid URL');
define('ERR_INVALID_URL_SCHEME', TypeError, (expected) => {
  const list = Array.isArray(expected) ? expected : [expected];
  return `The URL must be of scheme ${list.join(' or ')}`;
});
define('ERR_IPC_CHANNEL_CLOSED', Error, 'Channel closed');
define('ERR_IPC_DISCONNECTED', Error, 'IPC channel is already disconnected');
define('ERR_MEMORY_ALLOCATION_FAILED', Error, 'Failed to allocate memory');
define('ERR_METHOD_NOT_IMPLEMENTED', Error, 'The %s method is not implemented');
define('ERR_MISSING_ARGS', TypeError, missingArgsMessage);
define('ERR_MISSING_OPTION', TypeError, '%s is required');
define('ERR_MODULE_NOT_FOUND', Error, "Cannot find package '%s' imported from %s");
define('ERR_MULTIPLE_CALLBACK', Error, 'Callback called multiple times');
define('ERR_NOT_IMPLEMENTED', Error, '%s is not implemented in this runtime');
define('ERR_NO_CRYPTO', Error, 'The runtime is not compiled with crypto support');
define('ERR_OPERATION_FAILED', Error, 'Operation failed: %s');
define('ERR_OUT_OF_RANGE', RangeError, rangeMessage);
define('ERR_PARSE_ARGS_INVALID_OPTION_VALUE', TypeError, '%s');
define('ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL', TypeError, (arg) =>
  `Unexpected argument '${arg}'. This command does not take positional arguments`);
define('ERR_PARSE_ARGS_UNKNOWN_OPTION', TypeError, (option, allowPositionals) => {
  const hint = `. To specify a positional argument starting with a '-', place it at the end of the command after '--', ` +
    `as in '-- ${JSON.stringify(option)}`;
  return `Unknown option '${option}'${allowPositionals && option ? hint : ''}`;
});
define('ERR_PERFORMANCE_INVALID_TIMESTAMP', TypeError, '%d is not a valid timestamp');
define('ERR_PERFORMANCE_MEASURE_INVALID_OPTIONS', TypeError, '%s');
define('ERR_SERVER_ALREADY_LISTEN', Error, 'Listen method has been called more than once without closing.');
define('ERR_SERVER_NOT_RUNNING', Error, 'Server is not running.');
define('ERR_SOCKET_BAD_PORT', RangeError, (name, port, allowZero = true) =>
  `${name} should be ${allowZero ? '>= 0' : '> 0'} and < 65536. Received ${describeReceived(port)}.`);
define('ERR_SOCKET_CLOSED', Error, 'Socket is closed');
define('ERR_STREAM_ALREADY_FINISHED', Error, 'Cannot call %s after a stream was finished');
define('ERR_STREAM_CANNOT_PIPE', Error, 'Cannot pipe, not readable');
define('ERR_STREAM_DESTROYED', Error, 'Cannot call %s after a stream was destroyed');
define('ERR_STREAM_NULL_VALUES', TypeError, 'May not write null values to stream');
define('ERR_STREAM_PREMATURE_CLOSE', Error, 'Premature close');
define('ERR_STREAM_PUSH_AFTER_EOF', Error, 'stream.push() after EOF');
define('ERR_STREAM_UNSHIFT_AFTER_END_EVENT', Error, 'stream.unshift() after end event');
define('ERR_STREAM_WRAP', Error, 'Stream has StringDecoder set or is in objectMode');
define('ERR_STREAM_WRITE_AFTER_END', Error, 'write after end');
define('ERR_SYNTHETIC', Error, 'JavaScript Callstack');
define('ERR_UNAVAILABLE_DURING_EXIT', Error, 'Cannot call function in process exit handler');
define('ERR_UNESCAPED_CHARACTERS', TypeError, '%s contains unescaped characters');
define('ERR_UNHANDLED_ERROR', Error, (detail) =>
  detail === undefined ? 'Unhandled error.' : `Unhandled error. (${detail})`);
define('ERR_UNKNOWN_BUILTIN_MODULE', Error, 'No such built-in module: %s');
define('ERR_UNKNOWN_CREDENTIAL', Error, '%s identifier does not exist: %s');
define('ERR_UNKNOWN_ENCODING', TypeError, 'Unknown encoding: %s');
define('ERR_UNKNOWN_FILE_EXTENSION', TypeError, (ext, path) => `Unknown file extension "${ext}" for ${path}`);
define('ERR_UNKNOWN_SIGNAL', TypeError, (signal, needsUpper = false) =>
  `Unknown signal: ${signal}${needsUpper ? ' (signals must use all capital letters)' : ''}`);
define('ERR_UNSUPPORTED_DIR_IMPORT', Error, "Directory import '%s' is not supported resolving ES modules imported from %s");
define('ERR_USE_AFTER_CLOSE', Error, '%s was closed');
define('ERR_WORKER_PATH', TypeError, (path) => 'The worker script or module filename must be an absolute path or a relative path starting with ' +
  `'./' or '../'.${path.startsWith('file:') ? ' Wrap file:// URLs with `new URL`.' : ''}${path.startsWith('data:') ? ' Wrap data: URLs with `new URL`.' : ''}` +
  ` Received "${path}"`);
define('ERR_WORKER_UNSUPPORTED_OPERATION', TypeError, '%s is not supported in workers');

// ---- errors that are not of the table ----

/** The error of an aborted operation: name AbortError, code ABORT_ERR. */
class AbortError extends Error {
  constructor(message = 'The operation was aborted', options = undefined) {
    if (options !== undefined && typeof options !== 'object') {
      throw new codes.ERR_INVALID_ARG_TYPE('options', 'Object', options);
    }
    super(message, options);
    this.code = 'ABORT_ERR';
    this.name = 'AbortError';
  }
}

/** Several errors at once, keeping the code of the first. Either side may be absent. */
function aggregateTwoErrors(innerError, outerError) {
  if (!innerError || !outerError || innerError === outerError) return innerError || outerError;
  if (Array.isArray(outerError.errors)) {
    outerError.errors.push(innerError);
    return outerError;
  }
  const error = new AggregateError([outerError, innerError], outerError.message);
  error.code = outerError.code;
  return error;
}

/**
 * The error of a failed file system call. `context` has `errno` (negative) or `code`, `syscall` and optionally
 * `path`, `dest` and `message`.
 */
function uvException(context) {
  const errnoTable = require('internal/util/errno');
  const code = context.code ?? errnoTable.nameOf(context.errno);
  const errno = context.errno ?? errnoTable.numberOf(code);
  let text = `${code}: ${context.message || errnoTable.messageOf(errno)}, ${context.syscall}`;
  if (context.path !== undefined) text += ` '${context.path}'`;
  if (context.dest !== undefined) text += ` -> '${context.dest}'`;
  const error = new Error(text);
  error.errno = errno;
  error.code = code;
  error.syscall = context.syscall;
  if (context.path !== undefined) error.path = String(context.path);
  if (context.dest !== undefined) error.dest = String(context.dest);
  return error;
}

/** The error of a failed call that names no path: `connect ECONNREFUSED`. */
function errnoException(errno, syscall, original) {
  const code = require('internal/util/errno').nameOf(errno);
  const error = new Error(original ? `${syscall} ${code} ${original}` : `${syscall} ${code}`);
  error.errno = errno;
  error.code = code;
  error.syscall = syscall;
  return error;
}

/** As errnoException, with the address the call was about. */
function exceptionWithHostPort(errno, syscall, address, port, additional) {
  const code = require('internal/util/errno').nameOf(errno);
  const where = port > 0 ? ` ${address}:${port}` : address ? ` ${address}` : '';
  const error = new Error(`${syscall} ${code}${where}${additional ? ` - Local (${additional})` : ''}`);
  error.errno = errno;
  error.code = code;
  error.syscall = syscall;
  error.address = address;
  if (port) error.port = port;
  return error;
}

/** A function or class this runtime does not have yet: an error that says so, never a silent pass. */
function notImplemented(name) {
  return new codes.ERR_NOT_IMPLEMENTED(name);
}

module.exports = {
  AbortError,
  aggregateTwoErrors,
  codes,
  describeReceived,
  errnoException,
  exceptionWithHostPort,
  kIsNodeError,
  notImplemented,
  uvException,
};
