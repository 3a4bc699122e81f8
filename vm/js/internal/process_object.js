// The `process` object.
//
// An EventEmitter. Costly parts (environment, streams, identifiers) are made when they are first read. What belongs to the
// operating system's process really happens there: the swap between two files brings it back.

const EventEmitter = require('node/events');
const { codes, errnoException, notImplemented, uvException } = require('internal/errors');
const { validateFunction, validateInt32, validateInteger, validateNumber, validateObject, validateString, parseFileMode } = require('internal/validators');
const { nextTick } = require('internal/task_queues');
const { captureSite, siteStack } = require('internal/errors_stack');

const native = binding('process');
const { defineProperty, setPrototypeOf } = Object;
const { apply } = Reflect;

const NODE_VERSION = '22.15.0';
const MICROS = 1e6;
const NANOS = 1_000_000_000n;

function Process() {}
defineProperty(Process, 'name', { value: 'process' });
setPrototypeOf(Process.prototype, EventEmitter.prototype);
defineProperty(Process.prototype, Symbol.toStringTag, { value: 'process', configurable: true });
defineProperty(Process.prototype, 'constructor', { value: Process, writable: true, configurable: true });

const process = new Process();
EventEmitter.call(process);

/** A property that is made when it is first read, and ordinary from then on. */
function lazy(name, make, target = process) {
  defineProperty(target, name, {
    configurable: true,
    enumerable: true,
    get() {
      const value = make();
      defineProperty(target, name, { value, writable: true, configurable: true, enumerable: true });
      return value;
    },
    set(value) {
      defineProperty(target, name, { value, writable: true, configurable: true, enumerable: true });
    },
  });
}

function check(result, syscall, path) {
  if (typeof result === 'number' && result < 0) throw uvException({ errno: result, syscall, path });
  return result;
}

// ---- what it is ----

process.version = `v${NODE_VERSION}`;
lazy('versions', () => Object.freeze({
  node: NODE_VERSION,
  jsc: native.engineVersion().replace(/^\D+/, ''),
  trun: '0.1.0',
  // No V8 interface: packages that bring binaries for several then take the one for Node-API.
  modules: '0',
  napi: '10',
  uv: '1.49.2',
  // Packages split this to decide what the language can do; the number is that of Node's own version.
  v8: '12.4.254.21-node.25',
}));
lazy('arch', () => binding('os').arch());
process.platform = 'linux';
process.release = { name: 'node', lts: 'Jod' };
defineProperty(process, 'title', {
  enumerable: true,
  configurable: true,
  get: () => native.title(),
  set(title) { native.setTitle(`${title}`); },
});
lazy('argv', () => [process.execPath, require.mainFile ?? 'trun']);
process.argv0 = 'trun';
process.execArgv = [];
lazy('execPath', () => native.execPath());
process.debugPort = 9229;
process.moduleLoadList = [];
process.domain = null;
process._exiting = false;
process.exiting = undefined;
process.noDeprecation = false;
process.throwDeprecation = false;
process.traceDeprecation = false;
process.config = { target_defaults: { cflags: [], default_configuration: 'Release', defines: [], include_dirs: [], libraries: [] }, variables: {} };
process.features = {
  inspector: false, debug: false, uv: true, ipv6: true, tls_alpn: false, tls_sni: false, tls_ocsp: false, tls: false,
  cached_builtins: true, require_module: true, typescript: 'transform',
};
lazy('allowedNodeEnvironmentFlags', () => new Set());
lazy('env', () => require('internal/env_proxy').createEnv());

let ids;
function id(index) {
  ids ??= native.ids();
  return ids[index];
}
lazy('pid', () => id(0));
defineProperty(process, 'ppid', { enumerable: true, configurable: true, get: () => native.ids()[1] });


// ---- streams ----

function outputStream(fd) {
  return new (require('internal/std_streams').OutputStream)(fd);
}
lazy('stdout', () => outputStream(1));
lazy('stderr', () => outputStream(2));
lazy('stdin', () => new (require('internal/std_streams').InputStream)());

// ---- directory, mask, users ----

function cwd() {
  return check(native.cwd(), 'uv_cwd');
}

function chdir(directory) {
  validateString(directory, 'directory');
  const result = native.chdir(directory);
  if (result < 0) {
    const error = uvException({ errno: result, syscall: 'chdir', path: cwd(), dest: directory });
    throw error;
  }
}

function umask(mask) {
  return mask === undefined ? native.umask() : native.umask(parseFileMode(mask, 'mask'));
}

function unsupported(name) {
  return { [name]() { throw new codes.ERR_WORKER_UNSUPPORTED_OPERATION(`process.${name}()`); } }[name];
}

// ---- clocks and measures ----

const ticks = new BigUint64Array(1);

function now() {
  native.hrtime(ticks);
  return ticks[0];
}

function hrtime(previous) {
  const time = now();
  let seconds = Number(time / NANOS);
  let nanos = Number(time % NANOS);
  if (previous === undefined) return [seconds, nanos];
  if (!Array.isArray(previous)) throw new codes.ERR_INVALID_ARG_TYPE('time', 'Array', previous);
  if (previous.length !== 2) throw new codes.ERR_OUT_OF_RANGE('time', 2, previous.length);
  seconds -= previous[0];
  nanos -= previous[1];
  return nanos < 0 ? [seconds - 1, nanos + 1e9] : [seconds, nanos];
}
hrtime.bigint = function bigint() {
  return now();
};

function memoryUsage() {
  const [rss, heapTotal, heapUsed, external] = native.memory();
  return { rss, heapTotal: Math.max(heapTotal, heapUsed), heapUsed, external, arrayBuffers: external };
}
memoryUsage.rss = function rss() {
  return native.resident();
};

function cpuUsage(previous) {
  const [user, system] = native.usage();
  if (previous === undefined || previous === null) return { user, system };
  validateObject(previous, 'prevValue');
  for (const key of ['user', 'system']) {
    validateNumber(previous[key], `prevValue.${key}`);
    if (!(previous[key] >= 0 && previous[key] <= Number.MAX_SAFE_INTEGER)) {
      throw new RangeError(`The property 'prevValue.${key}' is invalid. Received ${previous[key]}`);
    }
  }
  return { user: user - previous.user, system: system - previous.system };
}

const USAGE_FIELDS = [
  'userCPUTime', 'systemCPUTime', 'maxRSS', 'sharedMemorySize', 'unsharedDataSize', 'unsharedStackSize', 'minorPageFault',
  'majorPageFault', 'swappedOut', 'fsRead', 'fsWrite', 'ipcSent', 'ipcReceived', 'signalsCount', 'voluntaryContextSwitches',
  'involuntaryContextSwitches',
];

function resourceUsage() {
  const values = check(native.usage(), 'uv_getrusage');
  const usage = {};
  for (let i = 0; i < USAGE_FIELDS.length; i++) usage[USAGE_FIELDS[i]] = values[i];
  return usage;
}

// ---- ending ----

let exitCode;

function exitCodeFrom(code) {
  if (code === undefined || code === null) return code;
  const number = typeof code === 'string' && code !== '' ? Number(code) : code;
  validateInteger(Number.isInteger(number) ? number : code, 'code');
  return number;
}

defineProperty(process, 'exitCode', {
  enumerable: true,
  configurable: true,
  get: () => exitCode,
  set(code) {
    exitCodeFrom(code);
    exitCode = code;
  },
});

/** Ends the worker process: the run reports it with the test that did it. */
function exit(code) {
  if (arguments.length !== 0) process.exitCode = code;
  if (!process._exiting) {
    process._exiting = true;
    process.emit('exit', Number(exitCode ?? 0));
  }
  process.reallyExit(Number(exitCode ?? 0));
}

function reallyExit(code) {
  native.exit(code | 0);
}

function kill(pid, signal) {
  if (pid != (pid | 0)) throw new codes.ERR_INVALID_ARG_TYPE('pid', 'number', pid);
  let number = signal;
  if (typeof signal !== 'number' || signal !== (signal | 0)) {
    const { signals } = require('node/constants');
    number = signals[signal || 'SIGTERM'];
    if (number === undefined) throw new codes.ERR_UNKNOWN_SIGNAL(signal);
  }
  const result = native.kill(pid | 0, number);
  if (result < 0) throw errnoException(result, 'kill');
  return true;
}

// ---- errors nobody caught ----

let captureCallback = null;

function setUncaughtExceptionCaptureCallback(fn) {
  if (fn === null) {
    captureCallback = null;
    return;
  }
  validateFunction(fn, 'fn');
  if (captureCallback !== null) {
    const error = new Error('`process.setUncaughtExceptionCaptureCallback()` was called while a capture callback was already active');
    error.code = 'ERR_UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET';
    throw error;
  }
  captureCallback = fn;
}

// ---- the rest ----

/** `RTLD_LAZY`: what is missing fails when it is called. */
const DLOPEN_DEFAULT = 1;

function dlopen(module, filename, flags = DLOPEN_DEFAULT) {
  validateObject(module, 'module');
  validateString(filename, 'filename');
  validateInt32(flags, 'flags');
  native.dlopen(module, filename, flags);
}

function getBuiltinModule(name) {
  validateString(name, 'id');
  const { isBuiltin, createRequire } = require('node/module');
  return isBuiltin(name) ? createRequire('/')(name) : undefined;
}

function loadEnvFile(path = '.env') {
  const { readFileSync } = require('node/fs');
  const { parseEnv } = require('internal/util/parse_env');
  const found = parseEnv(readFileSync(path, 'utf8'));
  for (const key of Object.keys(found)) {
    if (process.env[key] === undefined) process.env[key] = found[key];
  }
}

function noSuchBinding(name) {
  throw new Error(`No such module: ${name}`);
}

const methods = {
  nextTick,
  cwd,
  chdir,
  umask,
  getuid: () => native.ids()[2],
  geteuid: () => native.ids()[3],
  getgid: () => native.ids()[4],
  getegid: () => native.ids()[5],
  getgroups: () => native.groups(),
  setuid: unsupported('setuid'),
  seteuid: unsupported('seteuid'),
  setgid: unsupported('setgid'),
  setegid: unsupported('setegid'),
  setgroups: unsupported('setgroups'),
  initgroups: unsupported('initgroups'),
  hrtime,
  uptime: () => native.uptime(),
  memoryUsage,
  cpuUsage,
  resourceUsage,
  constrainedMemory: () => binding('os').memory()[2],
  availableMemory: () => binding('os').memory()[3],
  exit,
  reallyExit,
  abort: () => native.abort(),
  kill,
  emitWarning(...args) {
    return require('internal/warnings').emitWarning(...args);
  },
  setUncaughtExceptionCaptureCallback,
  hasUncaughtExceptionCaptureCallback: () => captureCallback !== null,
  setSourceMapsEnabled(enabled) { process.sourceMapsEnabled = Boolean(enabled); },
  dlopen,
  getBuiltinModule,
  loadEnvFile,
  binding: noSuchBinding,
  _linkedBinding: noSuchBinding,
  getActiveResourcesInfo: () => [],
  _getActiveHandles: () => [],
  _getActiveRequests: () => [],
  _kill: (pid, signal) => native.kill(pid, signal),
  _rawDebug(...args) { binding('console').write(2, `${require('internal/util/format').format(...args)}\n`); },
  _debugProcess() { throw notImplemented('process._debugProcess'); },
  _tickCallback() {},
  openStdin: () => process.stdin.resume(),
  ref() {},
  unref() {},
};
for (const name of Object.keys(methods)) {
  defineProperty(methods[name], 'name', { value: name, configurable: true });
  process[name] = methods[name];
}
process.sourceMapsEnabled = true;
process.finalization = { register() {}, registerBeforeExit() {}, unregister() {} };

process.on('warning', (warning) => require('internal/warnings').printWarning(warning));
const isWorker = binding('workers').threadId() !== 0;
// Signals are the main thread's.
if (!isWorker) require('internal/signals').attach(process);

if (isWorker) require('internal/workers/process').adapt(process, lazy);

/** Where listeners were added, by event: the first of each. */
const listenerSites = new Map();
process.on('newListener', (event) => {
  if (!listenerSites.has(event)) listenerSites.set(event, captureSite());
});

const { eventNames, listenerCount } = EventEmitter.prototype;
/** How many listeners each event has that are none of the file's. */
let baseline;

/** Listeners by now are the runtime's own, of preload modules, or (in a shared realm) told of the file that added them. */
function takeBaseline() {
  baseline = new Map(apply(eventNames, process, []).map((event) => [event, apply(listenerCount, process, [event])]));
  listenerSites.clear();
}

takeBaseline();

/** Calls `tell(what, stack)` for every event that has more listeners than at the baseline. */
function listListeners(tell) {
  for (const event of apply(eventNames, process, [])) {
    const count = apply(listenerCount, process, [event]) - (baseline.get(event) ?? 0);
    const site = listenerSites.get(event);
    if (count > 0) tell(`${count === 1 ? 'a listener' : `${count} listeners`} of process for ${String(event)}`, site === undefined ? '' : siteStack(site));
  }
}

module.exports = {
  process,
  listListeners,
  takeBaseline,
  /** Takes an error that nobody caught; false when the program has not asked for those. */
  captureUncaught(error) {
    if (captureCallback === null) return false;
    captureCallback(error);
    return true;
  },
};
