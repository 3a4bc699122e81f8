// node:child_process. Children are killed, with their process groups, at the end of the file that started them.

const { AbortError, codes, errnoException, notImplemented } = require('internal/errors');
const { validateFunction, validateObject } = require('internal/validators');
const options = require('internal/child_options');
const { ChildProcess, killOnAbort } = require('internal/child_process');

const { normalize, signalName, toSignal, toSpec, toStdio, checkMaxBuffer, checkSignal, checkTimeout, PIPE } = options;
const native = binding('child_process');
const { isDue } = binding('async');
const bufferModule = () => require('node/buffer').Buffer;

const MAX_BUFFER = 1024 * 1024;

function spawn(file, args, spawnOptions) {
  const normalized = normalize(file, args, spawnOptions);
  checkTimeout(normalized.timeout);
  checkSignal(normalized.signal);
  const killSignal = toSignal(normalized.killSignal);
  const child = new ChildProcess();
  child.spawn(normalized);
  if (normalized.timeout > 0) {
    const { setTimeout, clearTimeout } = require('internal/timers');
    const timer = setTimeout(() => child.kill(killSignal), normalized.timeout).unref();
    child.once('exit', () => clearTimeout(timer));
  }
  if (normalized.signal) killOnAbort(child, normalized.signal, killSignal);
  return child;
}

// ---- execFile and exec ----

const EXEC_DEFAULTS = { encoding: 'utf8', timeout: 0, maxBuffer: MAX_BUFFER, killSignal: 'SIGTERM', cwd: null, env: null, shell: false };

/** Collects one output of a child, up to a limit in characters or bytes. */
class Collector {
  constructor(stream, encoding, limit, onOverflow) {
    this.chunks = [];
    this.encoding = encoding;
    let length = 0;
    if (encoding !== null) stream?.setEncoding(encoding);
    stream?.on('data', (chunk) => {
      const room = limit - length;
      length += chunk.length;
      if (length <= limit) {
        this.chunks.push(chunk);
        return;
      }
      if (room > 0) this.chunks.push(chunk.slice(0, room));
      onOverflow();
    });
  }

  get value() {
    return this.encoding === null ? bufferModule().concat(this.chunks) : this.chunks.join('');
  }
}

function execFile(file, args, execOptions, callback) {
  if (typeof args === 'function') [args, execOptions, callback] = [undefined, undefined, args];
  else if (args !== undefined && args !== null && !Array.isArray(args)) {
    if (typeof execOptions === 'function') callback = execOptions;
    [args, execOptions] = [undefined, args];
  } else if (typeof execOptions === 'function') {
    [execOptions, callback] = [undefined, execOptions];
  }
  if (execOptions !== undefined && execOptions !== null) validateObject(execOptions, 'options');
  if (callback !== undefined && callback !== null) validateFunction(callback, 'callback');
  const settings = { ...EXEC_DEFAULTS, ...execOptions };
  checkTimeout(settings.timeout);
  checkMaxBuffer(settings.maxBuffer);
  const killSignal = toSignal(settings.killSignal);
  const child = spawn(file, args ?? [], { ...settings, stdio: undefined, timeout: undefined, signal: undefined, cwd: settings.cwd ?? undefined });
  run(child, settings, killSignal, [file, ...(args ?? [])].join(' '), callback);
  return child;
}

function run(child, settings, killSignal, cmd, callback) {
  const encoding = settings.encoding && bufferModule().isEncoding(settings.encoding) ? settings.encoding : null;
  let problem = null;
  let isDone = false;
  let timer;

  const end = () => {
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.kill(killSignal);
  };
  const collect = (name) => new Collector(child[name], encoding, settings.maxBuffer, () => {
    problem ??= new codes.ERR_CHILD_PROCESS_STDIO_MAXBUFFER(name);
    end();
  });
  const stdout = collect('stdout');
  const stderr = collect('stderr');

  const finish = (code, signal) => {
    if (isDone) return;
    isDone = true;
    if (timer !== undefined) require('internal/timers').clearTimeout(timer);
    settings.signal?.removeEventListener('abort', onAbort);
    if (!callback) return;
    if (problem === null && code === 0 && signal === null) {
      callback(null, stdout.value, stderr.value);
      return;
    }
    callback(describe(problem, child, cmd, code, signal, stderr), stdout.value, stderr.value);
  };
  const onAbort = () => {
    problem ??= new AbortError(undefined, { cause: settings.signal.reason });
    end();
  };

  if (settings.timeout > 0) timer = require('internal/timers').setTimeout(end, settings.timeout).unref();
  if (settings.signal !== undefined) {
    checkSignal(settings.signal);
    if (settings.signal.aborted) require('internal/task_queues').nextTick(onAbort);
    else settings.signal.addEventListener('abort', onAbort, { once: true });
  }
  child.once('close', finish);
  child.once('error', (error) => {
    problem ??= error;
    end();
    finish(null, null);
  });
}

function describe(problem, child, cmd, code, signal, stderr) {
  if (problem === null) {
    problem = new Error(`Command failed: ${cmd}\n${stderr.value}`);
    problem.code = code !== null && code < 0 ? require('internal/util/errno').nameOf(code) : code;
    problem.killed = child.killed;
    problem.signal = signal;
  }
  problem.cmd = cmd;
  return problem;
}

function exec(command, execOptions, callback) {
  if (typeof execOptions === 'function') [execOptions, callback] = [undefined, execOptions];
  const settings = { ...execOptions };
  settings.shell = typeof settings.shell === 'string' ? settings.shell : true;
  return execFile(command, settings, callback);
}

/** util.promisify gives `{ stdout, stderr }`, and a promise with the child. */
function addPromisified(fn) {
  const promisified = function promisified(...args) {
    let child;
    const promise = new Promise((resolve, reject) => {
      child = fn(...args, (error, stdout, stderr) => {
        if (error === null) resolve({ stdout, stderr });
        else reject(Object.assign(error, { stdout, stderr }));
      });
    });
    promise.child = child;
    return promise;
  };
  Object.defineProperty(fn, Symbol.for('nodejs.util.promisify.custom'), { value: promisified, enumerable: false });
}
addPromisified(exec);
addPromisified(execFile);

// ---- synchronous forms ----

function toInput(input) {
  if (input === undefined || input === null) return undefined;
  if (typeof input === 'string') return bufferModule().from(input);
  if (ArrayBuffer.isView(input)) return input;
  throw new codes.ERR_INVALID_ARG_TYPE('options.stdio[0]', ['Buffer', 'TypedArray', 'DataView', 'string'], input);
}

function spawnSync(file, args, spawnOptions) {
  const settings = { maxBuffer: MAX_BUFFER, ...normalize(file, args, spawnOptions) };
  checkTimeout(settings.timeout);
  checkMaxBuffer(settings.maxBuffer);
  const stdio = toStdio(settings.stdio);
  const input = toInput(settings.input);
  if (input !== undefined) stdio[0] = PIPE;
  const outcome = native.spawnSync(toSpec(settings, stdio), input, settings.timeout ?? 0, toSignal(settings.killSignal), settings.maxBuffer);
  if (isDue()) waitToBeStopped();
  return typeof outcome === 'number' ? failedToStart(outcome, settings) : toResult(outcome, settings, stdio);
}

/** The time of the test is over, and the child was killed for it: this is a timeout, not an error that could be caught. */
function waitToBeStopped() {
  for (;;);
}

function spawnError(errno, settings) {
  const error = errnoException(errno, `spawnSync ${settings.file}`);
  error.path = settings.file;
  error.spawnargs = settings.args.slice(1);
  return error;
}

function failedToStart(errno, settings) {
  return { error: spawnError(errno, settings), status: null, signal: null, output: null, pid: 0, stdout: null, stderr: null };
}

function toResult([code, signal, pid, errno, outputs], settings, stdio) {
  const { encoding } = settings;
  const output = stdio.map((kind, number) => {
    if (outputs[number] === undefined) return null;
    const buffer = bufferModule().from(outputs[number]);
    return encoding && encoding !== 'buffer' ? buffer.toString(encoding) : buffer;
  });
  const result = { status: code, signal: signalName(signal), output, pid, stdout: output[1], stderr: output[2] };
  return errno === 0 ? result : { error: spawnError(errno, settings), ...result };
}

/** The error of a command that failed, or undefined. */
function checkExec(result, file, args) {
  let error;
  if (result.error) {
    error = result.error;
    Object.assign(error, result);
  } else if (result.status !== 0) {
    const command = [file, ...args].join(' ');
    const text = result.stderr?.length > 0 ? `\n${result.stderr}` : '';
    error = new Error(`Command failed: ${command}${text}`);
    Object.assign(error, result);
  }
  return error;
}

/** The child's standard error is shown unless the caller has said where it goes. */
function runSync(file, args, settings, shown) {
  const inheritsStderr = !settings.stdio;
  const result = spawnSync(file, args, settings);
  if (inheritsStderr && result.stderr?.length > 0) require('internal/process_object').process.stderr.write(result.stderr);
  const error = checkExec(result, ...shown);
  if (error !== undefined) throw error;
  return result.stdout;
}

function execFileSync(file, args, execOptions) {
  if (args !== undefined && args !== null && !Array.isArray(args)) [args, execOptions] = [[], args];
  return runSync(file, args ?? [], { ...execOptions }, [file, args ?? []]);
}

function execSync(command, execOptions) {
  const settings = { ...execOptions };
  settings.shell = typeof settings.shell === 'string' ? settings.shell : true;
  return runSync(command, [], settings, [command, []]);
}

function fork() {
  throw notImplemented('child_process.fork');
}

module.exports = { ChildProcess, exec, execFile, execFileSync, execSync, fork, spawn, spawnSync };
