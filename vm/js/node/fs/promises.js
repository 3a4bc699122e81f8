// node:fs/promises.

const { promise } = require('internal/fs/driver');
const ops = require('internal/fs/operations');
const { constants } = require('internal/fs/arguments');
const { notImplemented } = require('internal/errors');

/** Operations that need a file of their own, loaded when they are first called. */
function* cp(...args) {
  yield* require('internal/fs/copy').cp(...args);
}

function* opendir(...args) {
  return yield* require('internal/fs/dir').opendir(...args);
}

function* open(...args) {
  return yield* require('internal/fs/file_handle').openHandle(...args);
}

function* mkdtempDisposable(prefix, options) {
  const path = yield* ops.mkdtemp(prefix, options);
  const absolute = require('node/path').resolve(path);
  const remove = () => promises.rm(absolute, { recursive: true, force: true });
  return { path, remove, [Symbol.asyncDispose]: remove };
}

async function* glob(pattern, options) {
  yield* require('internal/fs/glob').globSync(pattern, options);
}

async function* watch() {
  throw notImplemented('fs.promises.watch');
}

const promises = {};
const NAMES = [
  'access', 'copyFile', 'rename', 'truncate', 'rm', 'rmdir', 'mkdir', 'readdir', 'readlink', 'symlink', 'lstat', 'stat', 'statfs', 'link',
  'unlink', 'chmod', 'lchmod', 'lchown', 'chown', 'utimes', 'lutimes', 'realpath', 'mkdtemp', 'writeFile', 'appendFile', 'readFile',
];
for (const name of NAMES) promises[name] = promise(name, ops[name]);
promises.cp = promise('cp', cp);
promises.open = promise('open', open);
promises.opendir = promise('opendir', opendir);
promises.mkdtempDisposable = promise('mkdtempDisposable', mkdtempDisposable);
promises.glob = glob;
promises.watch = watch;
promises.constants = constants;

module.exports = promises;
