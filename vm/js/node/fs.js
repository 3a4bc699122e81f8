// node:fs: every operation in its synchronous and its callback form.

const { callback, checkCallback, runCallback, sync } = require('internal/fs/driver');
const { constants } = require('internal/fs/arguments');
const { notImplemented } = require('internal/errors');
const ops = require('internal/fs/operations');
const { Dirent, Stats } = require('internal/fs/stats');

const customPromisifyArgs = () => require('internal/util/promisify').customPromisifyArgs;

const fs = {};

/** Operations that exist in both forms, with nothing special about either. */
const NAMES = [
  'access', 'appendFile', 'chmod', 'chown', 'close', 'copyFile', 'fchmod', 'fchown', 'fdatasync', 'fstat', 'fsync', 'ftruncate', 'futimes',
  'lchown', 'link', 'lstat', 'lutimes', 'mkdir', 'mkdtemp', 'open', 'readdir', 'readFile', 'readlink', 'realpath', 'rename', 'rm', 'rmdir',
  'stat', 'statfs', 'symlink', 'truncate', 'unlink', 'utimes', 'writeFile',
];
for (const name of NAMES) {
  fs[name] = callback(name, ops[name]);
  fs[`${name}Sync`] = sync(`${name}Sync`, ops[name]);
}

fs.realpath.native = callback('native', ops.realpathNative);
fs.realpathSync.native = sync('native', ops.realpathNative);

function* cp(...args) {
  yield* require('internal/fs/copy').cp(...args);
}
fs.cp = callback('cp', cp);
fs.cpSync = sync('cpSync', cp);

function* opendir(...args) {
  return yield* require('internal/fs/dir').opendir(...args);
}
fs.opendir = callback('opendir', opendir);
fs.opendirSync = sync('opendirSync', opendir);

fs.existsSync = sync('existsSync', ops.exists);
fs.exists = function exists(path, done) {
  checkCallback(done);
  // The one callback without an error.
  runCallback(ops.exists(path), (error, found) => done(found === true));
};
Object.defineProperty(fs.exists, Symbol.for('nodejs.util.promisify.custom'), {
  value: (path) => new Promise((resolve) => { fs.exists(path, resolve); }),
});

// ---- calls whose callback gets the buffer too ----

/** Callback form of `operation(fd, buffer, …)`: `callback(error, count, buffer)`. */
function withBuffer(name, operation, resultNames) {
  const method = {
    [name](fd, buffer, ...rest) {
      while (rest.length > 0 && rest[rest.length - 1] === undefined) rest.pop();
      const done = checkCallback(rest.length > 0 ? rest.pop() : buffer);
      runCallback(operation(fd, buffer, ...rest), (error, count) => (error ? done(error) : done(null, count, buffer)));
    },
  }[name];
  Object.defineProperty(method, customPromisifyArgs(), { value: resultNames, enumerable: false });
  return method;
}

const readBuffer = withBuffer('read', ops.read, ['bytesRead', 'buffer']);

/** `read(fd, buffer, …, callback)`, `read(fd, { buffer, … }, callback)` or `read(fd, callback)`. */
fs.read = function read(fd, buffer, ...rest) {
  if (ArrayBuffer.isView(buffer)) return readBuffer(fd, buffer, ...rest);
  const options = typeof buffer === 'function' || buffer == null ? {} : buffer;
  const done = typeof buffer === 'function' ? buffer : rest[0];
  const { buffer: target = require('node/buffer').Buffer.alloc(16384), offset, length, position } = options;
  return readBuffer(fd, target, offset, length, position, done);
};
Object.defineProperty(fs.read, customPromisifyArgs(), { value: ['bytesRead', 'buffer'], enumerable: false });

fs.write = withBuffer('write', ops.write, ['bytesWritten', 'buffer']);
fs.readv = withBuffer('readv', ops.readv, ['bytesRead', 'buffers']);
fs.writev = withBuffer('writev', ops.writev, ['bytesWritten', 'buffers']);
for (const name of ['read', 'write', 'readv', 'writev']) fs[`${name}Sync`] = sync(`${name}Sync`, ops[name]);

// ---- glob ----

fs.globSync = function globSync(pattern, options) {
  return require('internal/fs/glob').globSync(pattern, options);
};
fs.glob = function glob(pattern, options, done) {
  if (typeof options === 'function') [options, done] = [undefined, options];
  checkCallback(done);
  const { nextTick } = require('internal/task_queues');
  let found;
  try {
    found = fs.globSync(pattern, options);
  } catch (error) {
    nextTick(done, error);
    return;
  }
  nextTick(done, null, found);
};

fs.mkdtempDisposableSync = function mkdtempDisposableSync(prefix, options) {
  const path = fs.mkdtempSync(prefix, options);
  const absolute = require('node/path').resolve(path);
  const remove = () => fs.rmSync(absolute, { recursive: true, force: true });
  return { path, remove, [Symbol.dispose]: remove };
};

// ---- what is not there yet ----

for (const name of ['watch', 'watchFile', 'unwatchFile', 'openAsBlob', 'lchmod', 'lchmodSync']) {
  fs[name] = { [name]() { throw notImplemented(`fs.${name}`); } }[name];
}

fs._toUnixTimestamp = (time) => require('internal/fs/arguments').toSeconds(time);
fs.Stats = Stats;
fs.Dirent = Dirent;
fs.constants = constants;
for (const name of ['F_OK', 'R_OK', 'W_OK', 'X_OK']) {
  Object.defineProperty(fs, name, { value: constants[name], enumerable: true, configurable: true });
}

/** A property loaded when it is first read. */
function lazy(name, load) {
  Object.defineProperty(fs, name, {
    configurable: true,
    enumerable: true,
    get: load,
    set(value) { Object.defineProperty(fs, name, { value, writable: true, configurable: true, enumerable: true }); },
  });
}
lazy('promises', () => require('node/fs/promises'));
lazy('Dir', () => require('internal/fs/dir').Dir);

const streams = () => require('internal/fs/streams');
fs.createReadStream = function createReadStream(path, options) {
  return new (streams().ReadStream)(path, options);
};
fs.createWriteStream = function createWriteStream(path, options) {
  return new (streams().WriteStream)(path, options);
};
for (const [name, alias] of [['ReadStream', 'FileReadStream'], ['WriteStream', 'FileWriteStream']]) {
  lazy(name, () => streams()[name]);
  lazy(alias, () => streams()[name]);
}

module.exports = fs;
