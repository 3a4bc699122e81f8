// Errors on their way from a worker to its parent.
//
// What can be cloned is; an error that cannot goes as its text. Plain properties (`code`, `errno` …) go along, which cloning leaves out. What
// comes out says in reports which worker it comes from, and is otherwise as it was.

const { codes } = require('internal/errors');
const { setStack, stackOf } = require('internal/errors_stack');
const { noteOrigin } = require('internal/problem');
const { send } = require('internal/workers/wire');

const { defineProperty, keys } = Object;

/** A frame with a place, in V8's form. */
const PLACE = /^\s+at (?:.*? \((.+):(\d+):(\d+)\)|(.+):(\d+):(\d+))$/m;

function plainProperties(error) {
  const plain = {};
  for (const key of keys(error)) {
    const value = error[key];
    const type = typeof value;
    if (value === null || type === 'string' || type === 'number' || type === 'boolean' || type === 'bigint') plain[key] = value;
  }
  return plain;
}

function isError(value) {
  return value instanceof Error;
}

function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Where an error was made: the first place in its stack, or what the module graph blames. */
function placeOf(error) {
  const { sourceFile, sourcePosition } = error;
  if (typeof sourceFile === 'string' && sourcePosition) {
    return { filename: sourceFile, lineno: sourcePosition.line, colno: sourcePosition.column };
  }
  const found = PLACE.exec(`${stackOf(error)}`);
  if (found === null) return undefined;
  const [, named, namedLine, namedColumn, bare, line, column] = found;
  return { filename: named ?? bare, lineno: Number(namedLine ?? line), colno: Number(namedColumn ?? column) };
}

/** What the ErrorEvent of an error that nobody caught is made of; `place` as of `placeOf`. */
function eventOf(error, place = isError(error) ? placeOf(error) : undefined) {
  let message;
  if (isError(error)) message = error.message;
  else message = isObject(error) ? require('internal/util/inspect').inspect(error) : String(error);
  return { message, error, cancelable: true, ...place };
}

/** Tells the parent of an error that ends this worker. */
function sendError(port, error) {
  try {
    // The stack is text of this realm's files: it is made now, where they are known.
    if (isError(error)) void error.stack;
    const about = isError(error) ? { name: error.name, properties: plainProperties(error), place: placeOf(error) } : undefined;
    send(port, ['error', { value: error, ...about }]);
  } catch {
    send(port, ['error', { text: require('internal/util/inspect').inspect(error) }]);
  }
}

/** The error of `sendError` in the parent; `origin` says which worker's it is. */
function receiveError({ value, name, properties, text }, origin) {
  if (text !== undefined) {
    const error = new Error(text);
    error.code = 'ERR_WORKER_UNSERIALIZABLE_ERROR';
    noteOrigin(error, origin);
    return error;
  }
  if (isError(value)) {
    for (const key of keys(properties)) value[key] = properties[key];
    if (value.name !== name) defineProperty(value, 'name', { value: name, writable: true, configurable: true, enumerable: false });
    setStack(value, value.stack);
  }
  if (isObject(value)) noteOrigin(value, origin);
  return value;
}

/** What is thrown in the parent when nobody listens for `value`, which is no error: one that says what it was and whose. */
function unhandledError(value, origin) {
  const error = new codes.ERR_UNHANDLED_ERROR(require('internal/util/inspect').inspect(value));
  error.context = value;
  noteOrigin(error, origin);
  return error;
}

module.exports = { eventOf, isObject, receiveError, sendError, unhandledError };
