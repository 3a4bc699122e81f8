// `process` in a worker: what belongs to the process of the system is the main thread's, and this has a copy or says no.

const { codes } = require('internal/errors');
const { own, leaveNow } = require('internal/workers/realm');

const { defineProperty } = Object;

function unsupported(name) {
  const refuse = { [name]() { throw new codes.ERR_WORKER_UNSUPPORTED_OPERATION(`process.${name}()`); } }[name];
  // As in Node: who looks finds out.
  refuse.disabled = true;
  return refuse;
}

/** The readable end of `process.stdin` when the parent writes to it. */
let stdin;

function makeStdin() {
  const { Readable } = require('node/stream');
  stdin ??= new Readable({ read() {} });
  stdin.fd = 0;
  return stdin;
}

/** The parent has written to standard input; null at its end. */
function input(chunk) {
  makeStdin().push(chunk === null ? null : require('node/buffer').Buffer.from(chunk));
}

/** Makes the process object a worker's. `lazy(name, make)` defines a property that is made when it is first read. */
function adapt(process, lazy) {
  const { spec } = own;
  lazy('env', () => {
    const env = require('internal/env_proxy');
    return spec.env === null ? env.createSharedEnv() : env.createOwnEnv(spec.env);
  });
  lazy('argv', () => [process.execPath, own.filename, ...spec.argv]);
  process.execArgv = spec.execArgv;
  if (spec.stdin) lazy('stdin', makeStdin);
  const { umask } = process;
  process.umask = function (mask) {
    if (mask !== undefined) throw new codes.ERR_WORKER_UNSUPPORTED_OPERATION('Setting process.umask()');
    return umask();
  };
  for (const name of ['abort', 'chdir', 'initgroups', 'setegid', 'seteuid', 'setgid', 'setgroups', 'setuid']) {
    process[name] = unsupported(name);
  }
  process.reallyExit = leaveNow;
  // Its name is the process's: a worker reads it and does not change it.
  const title = process.title;
  defineProperty(process, 'title', { get: () => title, set() {}, enumerable: true, configurable: true });
}

module.exports = { adapt, input };
