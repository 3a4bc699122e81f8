// How inspect shows an error: the stack with a truthful first line, causes without repeated frames.
//
// Reads `error.stack` as text only. Internal to internal/util/inspect.

const types = require('internal/util/types');
const { prefixOf } = require('internal/util/inspect');

const FRAMES = '\n    at';

// Errors that the engine itself threw keep its own form: lines of `name@place`, without a first line.
const ENGINE_LINES = /^[^\n@]*@[^\n]*(?:\n[^\n@]*@[^\n]*)*$/;

function stackOf(error) {
  const { stack } = error;
  if (!stack) return Error.prototype.toString.call(error);
  const text = String(stack);
  if (text.includes('@') && !text.includes(FRAMES) && ENGINE_LINES.test(text) && Object.hasOwn(error, 'stack')) {
    return require('internal/errors_stack').stackOf(error) || text;
  }
  return text;
}

/** Own properties that the stack already shows are not listed again, and those that the engine adds never. */
function dropShownKeys(ctx, keys, error, stack) {
  if (ctx.showHidden) {
    for (const name of ['line', 'column', 'sourceURL']) {
      const at = keys.indexOf(name);
      if (at !== -1 && !Object.prototype.propertyIsEnumerable.call(error, name)) keys.splice(at, 1);
    }
    return;
  }
  if (keys.length === 0) return;
  for (const name of ['name', 'message', 'stack']) {
    const at = keys.indexOf(name);
    if (at !== -1 && (typeof error[name] !== 'string' || stack.includes(error[name]))) keys.splice(at, 1);
  }
}

const HEAD_NAME = /^([A-Z][a-z_ A-Z0-9[\]()-]+)(?::|\n\s+at)/;
const BARE_NAME = /^([a-z_A-Z0-9-]*Error)$/;

/** Puts the class's name into the first line when the stack was made with another one. */
function nameTheClass(stack, constructor, name, tag) {
  let length = name.length;
  const startsWithName = name.endsWith('Error') && stack.startsWith(name) &&
    (stack.length === length || stack[length] === ':' || stack[length] === '\n');
  if (constructor !== null && !startsWithName) return stack;
  let fallback = 'Error';
  if (constructor === null) {
    const found = HEAD_NAME.exec(stack) ?? BARE_NAME.exec(stack);
    fallback = found?.[1] ?? '';
    length = fallback.length;
    fallback ||= 'Error';
  }
  const prefix = prefixOf(constructor, tag, fallback).slice(0, -1);
  if (name === prefix) return stack;
  if (!prefix.includes(name)) return `${prefix} [${name}]${stack.slice(length)}`;
  return length === 0 ? `${prefix}: ${stack}` : `${prefix}${stack.slice(length)}`;
}

/** The longest run of frames that both stacks share: where it starts in `frames` and how long it is. */
function sharedSection(frames, causeFrames) {
  for (let i = 0; i < frames.length - 3; i++) {
    const at = causeFrames.indexOf(frames[i]);
    if (at === -1) continue;
    const rest = causeFrames.length - at;
    if (rest <= 3) continue;
    let length = 1;
    const limit = Math.min(frames.length - i, rest);
    while (length < limit && frames[i + length] === causeFrames[at + length]) length++;
    if (length > 3) return { length, offset: i };
  }
  return { length: 0, offset: 0 };
}

function framesOf(ctx, error, text) {
  const frames = text.split('\n');
  let cause;
  try {
    ({ cause } = error);
  } catch {
    // A throwing getter: there is no cause to compare with.
  }
  if (cause != null && types.isError(cause)) {
    const causeStack = stackOf(cause);
    const start = causeStack.indexOf(FRAMES);
    if (start !== -1) {
      const { length, offset } = sharedSection(frames, causeStack.slice(start + 1).split('\n'));
      if (length > 3) {
        const skipped = length - 2;
        const note = `    ... ${skipped} lines matching cause stack trace ...`;
        frames.splice(offset + 1, skipped, ctx.stylize(note, 'undefined'));
      }
    }
  }
  return frames;
}

const MODULE_FOLDER = /[/\\]node_modules[/\\](.+?)(?=[/\\])/g;
const CORE_FRAME = /^ {4}at (?:.* \()?node:/;

/** In colour, frames of the runtime step back and package names stand out. */
function paintFrame(ctx, frame) {
  if (CORE_FRAME.test(frame)) return ctx.stylize(frame, 'undefined');
  return frame.replace(MODULE_FOLDER, (path, name) => path.replace(name, ctx.stylize(name, 'module')));
}

/** The text of an error. Removes from `keys` what it shows and adds `cause` and `errors`, which are hidden properties. */
function formatError(error, constructor, tag, ctx, keys) {
  const name = error.name != null ? String(error.name) : 'Error';
  let stack = stackOf(error);
  dropShownKeys(ctx, keys, error, stack);
  if ('cause' in error && !keys.includes('cause')) keys.push('cause');
  if (Array.isArray(error.errors) && !keys.includes('errors')) keys.push('errors');
  stack = nameTheClass(stack, constructor, name, tag);

  // The message may itself hold a stack: frames are looked for behind it.
  let from = error.message ? stack.indexOf(error.message) : -1;
  if (from !== -1) from += error.message.length;
  const start = stack.indexOf(FRAMES, from);
  if (start === -1) {
    stack = `[${stack}]`;
  } else {
    let lines = framesOf(ctx, error, stack.slice(start + 1));
    if (ctx.colors) lines = lines.map((line) => paintFrame(ctx, line));
    stack = `${stack.slice(0, start)}\n${lines.join('\n')}`;
  }
  return ctx.indentation === 0 ? stack : stack.replaceAll('\n', `\n${' '.repeat(ctx.indentation)}`);
}

module.exports = { formatError };
