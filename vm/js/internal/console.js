// The console: class Console over streams, and the global one over the runtime's output.
//
// binding('console'): write(stream, text); stream is 1 for stdout, 2 for stderr; text ends with its line break.
//
// Formatting belongs to internal/util/format; plain strings do not load inspect.

const { codes } = require('internal/errors');
const { formatArgs } = require('internal/util/format');

const kState = Symbol('console state');
const kColorOptions = { colors: true };
const GROUP = '  ';

/** What a console needs of its output: write(stream, text) and hasColors(stream). */
function streamOutput(stdout, stderr, ignoreErrors, colorMode) {
  return {
    write(number, text) {
      const stream = number === 1 ? stdout : stderr;
      if (!ignoreErrors) {
        stream.write(text);
        return;
      }
      // A listener for the time of the write: a broken pipe must not end the program.
      const swallow = () => {};
      if (stream.listenerCount?.('error') === 0) stream.once('error', swallow);
      try {
        stream.write(text, swallow);
      } catch (error) {
        if (/call stack/i.test(error?.message)) throw error;
      } finally {
        stream.removeListener?.('error', swallow);
      }
    },
    hasColors(number) {
      const stream = number === 1 ? stdout : stderr;
      if (colorMode !== 'auto') return colorMode;
      return Boolean(stream.isTTY && (typeof stream.getColorDepth === 'function' ? stream.getColorDepth() > 2 : true));
    },
  };
}

const nativeOutput = {
  write: undefined,
  hasColors: () => false,
};

function newState(output) {
  return {
    output,
    indent: '',
    groupIndentation: GROUP.length,
    counts: undefined,
    timers: undefined,
    inspectOptions: undefined,
  };
}

function stateOf(self) {
  return self[kState];
}

function inspectOptions(state, stream) {
  if (state.inspectOptions !== undefined) {
    const options = state.inspectOptions instanceof Map
      ? state.inspectOptions.get(stream === 1 ? state.stdout : state.stderr)
      : state.inspectOptions;
    if (options?.colors !== undefined) return options;
    if (options !== undefined) return { ...options, colors: state.output.hasColors(stream) };
  }
  return state.output.hasColors(stream) ? kColorOptions : undefined;
}

function emit(state, stream, text) {
  let line = text;
  if (state.indent !== '') {
    if (line.includes('\n')) line = line.replaceAll('\n', `\n${state.indent}`);
    line = state.indent + line;
  }
  state.output.write(stream, `${line}\n`);
}

function print(state, stream, args) {
  const only = args.length === 1 && typeof args[0] === 'string' ? args[0] : undefined;
  emit(state, stream, only ?? (args.length === 0 ? '' : formatArgs(inspectOptions(state, stream), args)));
}

function emitWarning(message) {
  require('node/process').emitWarning(message);
}

// ---- times ----

function now() {
  return require('web/performance').performance.now();
}

/** 1.234ms, 1.234s, 1:02.345 (m:ss.mmm), 1:02:03 (h:mm:ss). */
function formatDuration(ms) {
  if (ms < 1000) return Number(ms.toFixed(3)) === 0 ? '0ms' : `${Number(ms.toFixed(3))}ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(3)}s`;
  const whole = Math.floor(seconds);
  const pad = (number) => String(number).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  if (hours > 0) return `${hours}:${pad(minutes)}:${pad(whole % 60)} (h:mm:ss)`;
  return `${minutes}:${(seconds % 60).toFixed(3).padStart(6, '0')} (m:ss.mmm)`;
}

function showTime(state, method, label, extra) {
  const start = state.timers?.get(label);
  if (start === undefined) {
    emitWarning(`No such label '${label}' for console.${method}()`);
    return false;
  }
  print(state, 1, ['%s: %s', label, formatDuration(now() - start), ...extra]);
  return true;
}

const methods = {
  log(...args) {
    print(stateOf(this), 1, args);
  },

  warn(...args) {
    print(stateOf(this), 2, args);
  },

  error(...args) {
    print(stateOf(this), 2, args);
  },

  dir(object, options) {
    const state = stateOf(this);
    const { inspect } = require('internal/util/inspect');
    emit(state, 1, inspect(object, { customInspect: false, ...inspectOptions(state, 1), ...options }));
  },

  time(label = 'default') {
    const state = stateOf(this);
    const name = `${label}`;
    state.timers ??= new Map();
    if (state.timers.has(name)) {
      emitWarning(`Label '${name}' already exists for console.time()`);
      return;
    }
    state.timers.set(name, now());
  },

  timeEnd(label = 'default') {
    const state = stateOf(this);
    const name = `${label}`;
    if (showTime(state, 'timeEnd', name, [])) state.timers.delete(name);
  },

  timeLog(label = 'default', ...data) {
    showTime(stateOf(this), 'timeLog', `${label}`, data);
  },

  trace: function trace(...args) {
    const holder = { name: 'Trace', message: args.length > 0 ? formatArgs(undefined, args) : '' };
    Error.captureStackTrace?.(holder, trace);
    // The head is ours: engines differ in what they write above the frames.
    const frames = String(holder.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
    const head = holder.message === '' ? 'Trace' : `Trace: ${holder.message}`;
    this.error([head, ...frames].join('\n'));
  },

  assert(condition, ...args) {
    if (condition) return;
    if (typeof args[0] === 'string') args[0] = `Assertion failed: ${args[0]}`;
    else args.unshift(`Assertion failed${args.length > 0 ? ':' : ''}`);
    Reflect.apply(this.warn, this, args);
  },

  clear() {
    // Only a terminal has something to clear, and a test's output goes to none.
    const state = stateOf(this);
    if (state.stdout?.isTTY) state.output.write(1, '\u001b[1;1H\u001b[0J');
  },

  count(label = 'default') {
    const state = stateOf(this);
    const name = `${label}`;
    state.counts ??= new Map();
    const count = (state.counts.get(name) ?? 0) + 1;
    state.counts.set(name, count);
    this.log(`${name}: ${count}`);
  },

  countReset(label = 'default') {
    const { counts } = stateOf(this);
    const name = `${label}`;
    if (counts?.has(name)) counts.delete(name);
    else emitWarning(`Count for '${name}' does not exist`);
  },

  group(...data) {
    if (data.length > 0) Reflect.apply(this.log, this, data);
    const state = stateOf(this);
    state.indent += ' '.repeat(state.groupIndentation);
  },

  groupEnd() {
    const state = stateOf(this);
    state.indent = state.indent.slice(0, state.indent.length - state.groupIndentation);
  },

  table(data, properties) {
    if (properties !== undefined && !Array.isArray(properties)) {
      throw new codes.ERR_INVALID_ARG_TYPE('properties', 'Array', properties);
    }
    if (data === null || typeof data !== 'object') {
      this.log(data);
      return;
    }
    const state = stateOf(this);
    const { tableText } = require('internal/util/console_table');
    const text = tableText(data, properties, inspectOptions(state, 1));
    this.log(text ?? data);
  },

  // For an inspector, which there is none.
  profile() {},
  profileEnd() {},
  timeStamp() {},
};

methods.debug = methods.log;
methods.info = methods.log;
methods.dirxml = methods.log;
methods.groupCollapsed = methods.group;

/** Puts the methods on a console as own functions that keep their `this`, so that they can be passed around. */
function bindMethods(target) {
  for (const name of Object.keys(methods)) {
    const method = methods[name];
    const bound = method.bind(target);
    Object.defineProperty(bound, 'name', { __proto__: null, value: name, configurable: true });
    target[name] = bound;
  }
}

function readOptions(options) {
  const {
    stdout, stderr = stdout, ignoreErrors = true, colorMode = 'auto', inspectOptions: inspectOpts, groupIndentation,
  } = options;
  if (!stdout || typeof stdout.write !== 'function') throw new codes.ERR_CONSOLE_WRITABLE_STREAM('stdout');
  if (!stderr || typeof stderr.write !== 'function') throw new codes.ERR_CONSOLE_WRITABLE_STREAM('stderr');
  if (typeof colorMode !== 'boolean' && colorMode !== 'auto') {
    require('internal/validators').validateOneOf(colorMode, 'colorMode', ['auto', true, false]);
  }
  if (groupIndentation !== undefined) {
    require('internal/validators').validateInteger(groupIndentation, 'groupIndentation', 0, 1000);
  }
  if (inspectOpts !== undefined) {
    if (!(inspectOpts instanceof Map)) require('internal/validators').validateObject(inspectOpts, 'options.inspectOptions');
    if (inspectOpts.colors !== undefined && options.colorMode !== undefined) {
      throw new codes.ERR_INCOMPATIBLE_OPTION_PAIR('options.inspectOptions.color', 'colorMode');
    }
  }
  return { stdout, stderr, ignoreErrors, colorMode, inspectOpts, groupIndentation };
}

function Console(first, stderr, ignoreErrors) {
  if (!new.target) return Reflect.construct(Console, arguments);
  const isOptions = first && typeof first.write !== 'function';
  const options = readOptions(isOptions ? first : { stdout: first, stderr, ignoreErrors });
  const state = newState(streamOutput(options.stdout, options.stderr, options.ignoreErrors, options.colorMode));
  state.stdout = options.stdout;
  state.stderr = options.stderr;
  state.inspectOptions = options.inspectOpts;
  state.groupIndentation = options.groupIndentation ?? GROUP.length;
  hide(this, kState, state);
  hide(this, '_stdout', options.stdout);
  hide(this, '_stderr', options.stderr);
  bindMethods(this);
  return undefined;
}

Object.assign(Console.prototype, methods);

function hide(object, key, value) {
  Object.defineProperty(object, key, { __proto__: null, value, writable: true, configurable: true, enumerable: false });
}

let global;

/** The console of this realm, made when it is first asked for. */
function makeGlobal() {
  if (global !== undefined) return global;
  nativeOutput.write = binding('console').write;
  global = Object.create({});
  hide(global, kState, newState(nativeOutput));
  bindMethods(global);
  global.Console = Console;
  hide(global.Console, Symbol.hasInstance, (instance) => instance?.[kState] !== undefined);
  Object.defineProperty(global, Symbol.toStringTag, { __proto__: null, value: 'console', configurable: true });
  for (const [name, key] of [['_stdout', 'stdout'], ['_stderr', 'stderr']]) {
    Object.defineProperty(global, name, {
      __proto__: null, configurable: true, enumerable: false, get: () => require('node/process')[key],
    });
  }
  return global;
}

module.exports = {
  Console,
  get globalConsole() {
    return makeGlobal();
  },
};
