// fs.cp: copying trees, as one operation for all three forms.

const { codes } = require('internal/errors');
const { validateBoolean, validateFunction, validateInteger, validateObject } = require('internal/validators');
const { constants, pathText, toPath } = require('internal/fs/arguments');
const ops = require('internal/fs/operations');
const { dirname, join, parse, resolve, isAbsolute, sep } = require('node/path');

const DEFAULTS = {
  dereference: false, errorOnExist: false, filter: undefined, force: true, mode: 0, preserveTimestamps: false, recursive: false,
  verbatimSymlinks: false,
};

function toCpOptions(options) {
  if (options === undefined) return DEFAULTS;
  validateObject(options, 'options');
  const merged = { ...DEFAULTS, ...options };
  for (const name of ['dereference', 'errorOnExist', 'force', 'preserveTimestamps', 'recursive', 'verbatimSymlinks']) {
    validateBoolean(merged[name], `options.${name}`);
  }
  validateInteger(merged.mode, 'options.mode', 0, 7);
  if (merged.dereference && merged.verbatimSymlinks) {
    throw new codes.ERR_INCOMPATIBLE_OPTION_PAIR('dereference', 'verbatimSymlinks');
  }
  if (merged.filter !== undefined) validateFunction(merged.filter, 'options.filter');
  return merged;
}

const TEXTS = {
  __proto__: null,
  ERR_FS_CP_EINVAL: ['Invalid src or dest', 22, 'EINVAL'],
  ERR_FS_CP_DIR_TO_NON_DIR: ['Cannot overwrite non-directory with directory', 20, 'ENOTDIR'],
  ERR_FS_CP_NON_DIR_TO_DIR: ['Cannot overwrite directory with non-directory', 21, 'EISDIR'],
  ERR_FS_CP_EEXIST: ['Target already exists', 17, 'EEXIST'],
  ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY: ['Cannot overwrite symlink in subdirectory of self', 22, 'EINVAL'],
  ERR_FS_CP_SOCKET: ['Cannot copy a socket file', 22, 'EINVAL'],
  ERR_FS_CP_FIFO_PIPE: ['Cannot copy a FIFO pipe', 22, 'EINVAL'],
  ERR_FS_CP_UNKNOWN: ['Cannot copy an unknown file type', 22, 'EINVAL'],
  ERR_FS_EISDIR: ['Path is a directory', 22, 'EISDIR'],
};

function cpError(code, message, path) {
  const [text, errno, name] = TEXTS[code];
  const error = new Error(`${text}: cp returned ${name} (${message}) ${path}`);
  error.name = 'SystemError';
  error.code = code;
  error.errno = errno;
  error.syscall = 'cp';
  error.path = path;
  error.info = { message, path, syscall: 'cp', errno, code: name };
  return error;
}

const isSame = (a, b) => a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;

/** Whether `path` lies below `parent`. */
function isBelow(parent, path) {
  const [above, below] = [resolve(parent), resolve(path)].map((p) => p.split(sep).filter(Boolean));
  return above.every((part, i) => below[i] === part);
}

function* passes(filter, from, to) {
  if (filter === undefined) return true;
  const answer = filter(from, to);
  if (answer !== null && typeof answer === 'object' && typeof answer.then === 'function') return yield answer;
  return answer;
}

function* cp(source, target, options) {
  const settings = toCpOptions(options);
  const from = pathText(toPath(source, 'src'));
  const to = pathText(toPath(target, 'dest'));
  if (!(yield* passes(settings.filter, from, to))) return;
  yield* checkParents(from, to);
  const parent = dirname(to);
  if (!(yield* ops.exists(parent))) yield* ops.mkdir(parent, { recursive: true });
  yield* copyEntry(from, to, settings);
}

/** A target inside its own source would grow for ever. */
function* checkParents(from, to) {
  const source = yield* ops.stat(from, { bigint: true });
  for (let parent = resolve(dirname(to)); parent !== parse(parent).root; parent = dirname(parent)) {
    const found = yield* ops.stat(parent, { bigint: true, throwIfNoEntry: false });
    if (isSame(source, found)) throw cpError('ERR_FS_CP_EINVAL', `cannot copy ${from} to a subdirectory of self ${to}`, to);
  }
}

function* copyEntry(from, to, settings) {
  const status = settings.dereference ? ops.stat : ops.lstat;
  const source = yield* status(from, { bigint: true });
  const target = yield* status(to, { bigint: true, throwIfNoEntry: false });
  if (target !== undefined) {
    if (isSame(source, target)) throw cpError('ERR_FS_CP_EINVAL', 'src and dest cannot be the same', to);
    if (source.isDirectory() && !target.isDirectory()) {
      throw cpError('ERR_FS_CP_DIR_TO_NON_DIR', `cannot overwrite non-directory ${to} with directory ${from}`, to);
    }
    if (!source.isDirectory() && target.isDirectory()) {
      throw cpError('ERR_FS_CP_NON_DIR_TO_DIR', `cannot overwrite directory ${to} with non-directory ${from}`, to);
    }
  }
  if (source.isDirectory()) yield* copyDirectory(from, to, source, target, settings);
  else if (source.isFile() || source.isCharacterDevice() || source.isBlockDevice()) yield* copyContents(from, to, source, target, settings);
  else if (source.isSymbolicLink()) yield* copyLink(from, to, target, settings);
  else if (source.isSocket()) throw cpError('ERR_FS_CP_SOCKET', `cannot copy a socket file: ${to}`, to);
  else if (source.isFIFO()) throw cpError('ERR_FS_CP_FIFO_PIPE', `cannot copy a FIFO pipe: ${to}`, to);
  else throw cpError('ERR_FS_CP_UNKNOWN', `cannot copy an unknown file type: ${to}`, to);
}

function* copyDirectory(from, to, source, target, settings) {
  if (!settings.recursive) throw cpError('ERR_FS_EISDIR', `${from} is a directory (not copied)`, from);
  if (target === undefined) yield* ops.mkdir(to);
  const names = yield* ops.readdir(from);
  for (const name of names) {
    const [inner, outer] = [join(from, name), join(to, name)];
    if (yield* passes(settings.filter, inner, outer)) yield* copyEntry(inner, outer, settings);
  }
  if (target === undefined) yield* ops.chmod(to, Number(source.mode & 0o7777n));
}

function* copyContents(from, to, source, target, settings) {
  if (target !== undefined) {
    if (!settings.force) {
      if (settings.errorOnExist) throw cpError('ERR_FS_CP_EEXIST', `${to} already exists`, to);
      return;
    }
    yield* ops.unlink(to);
  }
  yield* ops.copyFile(from, to, settings.mode & constants.COPYFILE_EXCL);
  if (settings.preserveTimestamps) {
    // Times can only be set on what may be written.
    if ((source.mode & 0o200n) === 0n) yield* ops.chmod(to, Number((source.mode & 0o7777n) | 0o200n));
    yield* ops.utimes(to, Number(source.atimeNs) / 1e9, Number(source.mtimeNs) / 1e9);
  }
  yield* ops.chmod(to, Number(source.mode & 0o7777n));
}

function* copyLink(from, to, target, settings) {
  let pointsTo = yield* ops.readlink(from);
  if (!settings.verbatimSymlinks && !isAbsolute(pointsTo)) pointsTo = resolve(dirname(from), pointsTo);
  if (target === undefined) {
    yield* ops.symlink(pointsTo, to);
    return;
  }
  if (target.isSymbolicLink()) {
    const old = resolve(dirname(to), yield* ops.readlink(to));
    const isDirectory = (yield* ops.stat(from, { throwIfNoEntry: false }))?.isDirectory() === true;
    if (isDirectory && isBelow(pointsTo, old) && resolve(pointsTo) !== old) {
      throw cpError('ERR_FS_CP_EINVAL', `cannot copy ${pointsTo} to a subdirectory of self ${old}`, to);
    }
    if (isDirectory && isBelow(old, pointsTo) && resolve(pointsTo) !== old) {
      throw cpError('ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY', `cannot overwrite ${old} with ${pointsTo}`, to);
    }
  } else if (!settings.force) {
    if (settings.errorOnExist) throw cpError('ERR_FS_CP_EEXIST', `${to} already exists`, to);
    return;
  }
  yield* ops.unlink(to);
  yield* ops.symlink(pointsTo, to);
}

module.exports = { cp };
