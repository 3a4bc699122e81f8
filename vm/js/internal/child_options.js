// What child process functions are called with, made into what natives take.

const { codes } = require('internal/errors');
const { validateAbortSignal, validateBoolean, validateInt32, validateInteger, validateNumber, validateObject, validateString } =
  require('internal/validators');
const { signals } = require('node/constants');

const IGNORE = -1;
const PIPE = -2;

function currentProcess() {
  return require('internal/process_object').process;
}

function checkText(value, name) {
  validateString(value, name);
  if (value.includes('\0')) throw new codes.ERR_INVALID_ARG_VALUE(name, value, 'must be a string without null bytes');
}

/** `(file, args?, options?)` in all their forms, checked and completed. */
function normalize(file, args, options) {
  checkText(file, 'file');
  if (file.length === 0) throw new codes.ERR_INVALID_ARG_VALUE('file', file, 'cannot be empty');
  if (Array.isArray(args)) {
    args = [...args];
  } else if (args === undefined || args === null) {
    args = [];
  } else if (typeof args !== 'object') {
    throw new codes.ERR_INVALID_ARG_TYPE('args', 'object', args);
  } else {
    options = args;
    args = [];
  }
  for (let i = 0; i < args.length; i++) {
    if (typeof args[i] !== 'string') args[i] = String(args[i]);
    checkText(args[i], `args[${i}]`);
  }
  if (options === undefined) options = {};
  else validateObject(options, 'options');
  options = { ...options };

  if (options.cwd !== undefined && options.cwd !== null) options.cwd = toDirectory(options.cwd);
  for (const name of ['uid', 'gid']) if (options[name] !== undefined && options[name] !== null) validateInt32(options[name], `options.${name}`);
  for (const name of ['detached', 'windowsHide', 'windowsVerbatimArguments']) {
    if (options[name] !== undefined && options[name] !== null) validateBoolean(options[name], `options.${name}`);
  }
  if (options.argv0 !== undefined && options.argv0 !== null) checkText(options.argv0, 'options.argv0');
  const { shell } = options;
  if (shell !== undefined && shell !== null && typeof shell !== 'boolean' && typeof shell !== 'string') {
    throw new codes.ERR_INVALID_ARG_TYPE('options.shell', ['boolean', 'string'], shell);
  }

  if (shell) {
    const command = [file, ...args].join(' ');
    file = typeof shell === 'string' ? shell : '/bin/sh';
    args = ['-c', command];
  }
  const spawnargs = [typeof options.argv0 === 'string' ? options.argv0 : file, ...args];
  return { ...options, file, args: spawnargs, envPairs: environment(options.env), detached: options.detached === true };
}

function toDirectory(cwd) {
  const path = require('internal/fs/arguments').toPath(cwd, 'options.cwd');
  return require('internal/fs/arguments').pathText(path);
}

function environment(env) {
  const source = env ?? currentProcess().env;
  const pairs = [];
  for (const key in source) {
    const value = source[key];
    if (value === undefined) continue;
    const pair = `${key}=${value}`;
    checkText(pair, `options.env['${key}']`);
    pairs.push(pair);
  }
  return pairs;
}

/** What natives take. */
function toSpec(normalized, stdio) {
  const { file, args, envPairs, cwd, detached, uid, gid } = normalized;
  return { file, args, env: envPairs, cwd, detached, uid, gid, stdio };
}

const NAMES = { __proto__: null, ignore: IGNORE, pipe: PIPE, overlapped: PIPE };

/** The list of streams as numbers: nothing, a pipe, or a descriptor of this process. */
function toStdio(stdio = 'pipe') {
  if (typeof stdio === 'string') {
    if (stdio !== 'inherit' && NAMES[stdio] === undefined) throw new codes.ERR_INVALID_ARG_VALUE('stdio', stdio);
    stdio = [stdio, stdio, stdio];
  } else if (!Array.isArray(stdio)) {
    throw new codes.ERR_INVALID_ARG_VALUE('stdio', stdio);
  }
  const list = [];
  for (let i = 0; i < Math.max(3, stdio.length); i++) list.push(toStream(stdio[i], i));
  return list;
}

function toStream(value, index) {
  if (value === undefined || value === null) return index < 3 ? PIPE : IGNORE;
  if (value === 'inherit') return index;
  if (value === 'ipc') {
    const error = new Error("stdio: 'ipc' is not implemented in this runtime");
    error.code = 'ERR_NOT_IMPLEMENTED';
    throw error;
  }
  if (typeof value === 'string' && NAMES[value] !== undefined) return NAMES[value];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  if (typeof value === 'object' && typeof value.fd === 'number' && value.fd >= 0) return value.fd;
  throw new codes.ERR_INVALID_ARG_VALUE('stdio', value);
}

function toSignal(signal, name = 'killSignal') {
  if (signal === undefined || signal === null) return signals.SIGTERM;
  if (typeof signal === 'number') {
    if (signal === 0 || Object.values(signals).includes(signal)) return signal;
  } else if (typeof signal === 'string') {
    const number = signals[signal] ?? signals[signal.toUpperCase()];
    if (number !== undefined) return number;
  } else {
    throw new codes.ERR_INVALID_ARG_TYPE(name, ['string', 'number'], signal);
  }
  throw new codes.ERR_UNKNOWN_SIGNAL(signal);
}

let namesByNumber;

function signalName(number) {
  if (!number) return null;
  if (namesByNumber === undefined) {
    namesByNumber = new Map();
    for (const name of Object.keys(signals)) if (!namesByNumber.has(signals[name])) namesByNumber.set(signals[name], name);
  }
  return namesByNumber.get(number) ?? null;
}

function checkTimeout(timeout) {
  if (timeout !== undefined && timeout !== null) validateInteger(timeout, 'timeout', 0);
}

function checkMaxBuffer(maxBuffer) {
  if (maxBuffer !== undefined && maxBuffer !== null) validateNumber(maxBuffer, 'options.maxBuffer', 0);
}

function checkSignal(signal) {
  if (signal !== undefined) validateAbortSignal(signal, 'options.signal');
}

module.exports = { checkMaxBuffer, checkSignal, checkTimeout, IGNORE, normalize, PIPE, signalName, toSignal, toSpec, toStdio };
