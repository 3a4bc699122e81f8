// The file system operations, each written once; see internal/fs/driver for what a yield means.

const { codes } = require('internal/errors');
const { validateBoolean, validateInteger, validateObject, validateUint32 } = require('internal/validators');
const args = require('internal/fs/arguments');
const { Dirent, statFsFrom, statsFrom } = require('internal/fs/stats');

const native = binding('fs');
const { constants, pathText, throwIfAborted, toData, toFd, toFlags, toMode, toOptions, toOwner, toPath, toPosition, toSeconds, toWindow } = args;
const { isView } = ArrayBuffer;

const bufferFrom = (arrayBuffer) => require('node/buffer').Buffer.from(arrayBuffer);

/** Text in the wanted encoding, from text or (for 'buffer') bytes. */
function named(value, encoding) {
  if (encoding === 'buffer') return bufferFrom(value);
  if (encoding === undefined || encoding === null || encoding === 'utf8' || encoding === 'utf-8') return value;
  return require('node/buffer').Buffer.from(value).toString(encoding);
}

// ---- open files ----

function* open(path, flags = 'r', mode = 0o666) {
  path = toPath(path);
  const flagBits = toFlags(flags);
  return yield ['open', path, undefined, native.open, path, flagBits, toMode(mode, 0o666)];
}

function* close(fd) {
  toFd(fd);
  yield ['close', undefined, undefined, native.close, fd];
}

function* read(fd, buffer, offset, length, position) {
  toFd(fd);
  if (offset !== null && typeof offset === 'object') ({ offset, length, position } = offset);
  const [start, size] = toWindow(buffer, offset, length);
  if (size === 0) return 0;
  if (buffer.byteLength === 0) {
    throw new codes.ERR_INVALID_ARG_VALUE('buffer', buffer, 'is empty and cannot be written');
  }
  return yield ['read', undefined, undefined, native.read, fd, buffer, start, size, toPosition(position)];
}

function* readv(fd, buffers, position) {
  toFd(fd);
  checkBuffers(buffers);
  let at = toPosition(position);
  let total = 0;
  for (const buffer of buffers) {
    if (buffer.byteLength === 0) continue;
    const count = yield ['read', undefined, undefined, native.read, fd, buffer, 0, buffer.byteLength, at];
    total += count;
    if (at >= 0) at += count;
    if (count < buffer.byteLength) break;
  }
  return total;
}

function checkBuffers(buffers) {
  if (!Array.isArray(buffers) || !buffers.every((buffer) => isView(buffer))) {
    throw new codes.ERR_INVALID_ARG_TYPE('buffers', 'ArrayBufferView[]', buffers);
  }
}

/** `write(fd, buffer, offset, length, position)` or `write(fd, string, position, encoding)`. */
function* write(fd, data, offset, length, position) {
  toFd(fd);
  if (typeof data === 'string') {
    const encoding = typeof length === 'string' ? length : 'utf8';
    args.checkEncoding(encoding);
    return yield ['write', undefined, undefined, native.writeAll, fd, toData(data, encoding), toPosition(offset)];
  }
  if (!isView(data)) throw new codes.ERR_INVALID_ARG_TYPE('buffer', ['string', 'Buffer', 'TypedArray', 'DataView'], data);
  if (offset !== null && typeof offset === 'object') ({ offset, length, position } = offset);
  if (typeof length !== 'number') length = undefined;
  const [start, size] = toWindow(data, offset, length);
  if (size === 0) return 0;
  return yield ['write', undefined, undefined, native.write, fd, data, start, size, toPosition(position)];
}

function* writev(fd, buffers, position) {
  toFd(fd);
  checkBuffers(buffers);
  let at = toPosition(position);
  let total = 0;
  for (const buffer of buffers) {
    const count = yield ['write', undefined, undefined, native.writeAll, fd, buffer, at];
    total += count;
    if (at >= 0) at += count;
  }
  return total;
}

function* ftruncate(fd, length = 0) {
  toFd(fd);
  validateInteger(length, 'len');
  yield ['ftruncate', undefined, undefined, native.ftruncate, fd, Math.max(0, length)];
}

function* truncate(path, length = 0) {
  path = toPath(path);
  validateInteger(length, 'len');
  const fd = yield* open(path, 'r+');
  try {
    yield* ftruncate(fd, length);
  } finally {
    yield* close(fd);
  }
}

function* fsync(fd) {
  toFd(fd);
  yield ['fsync', undefined, undefined, native.fsync, fd, false];
}

function* fdatasync(fd) {
  toFd(fd);
  yield ['fdatasync', undefined, undefined, native.fsync, fd, true];
}

// ---- whole files ----

/** The descriptor in a number or a FileHandle, or undefined for a path. */
function fdOf(file) {
  if (typeof file === 'number') return toFd(file);
  if (file !== null && typeof file === 'object' && typeof file.fd === 'number' && typeof file.readFile === 'function') return toFd(file.fd);
  return undefined;
}

function* readFile(file, options) {
  const { encoding, flag, signal } = toOptions(options, { flag: 'r' });
  const given = fdOf(file);
  throwIfAborted(signal);
  const fd = given ?? (yield* open(file, flag, 0o666));
  try {
    throwIfAborted(signal);
    const isText = encoding === 'utf8' || encoding === 'utf-8';
    const contents = yield ['read', undefined, undefined, native.readAll, fd, isText];
    throwIfAborted(signal);
    if (isText) return contents;
    const buffer = bufferFrom(contents);
    return encoding && encoding !== 'buffer' ? buffer.toString(encoding) : buffer;
  } finally {
    if (given === undefined) yield* close(fd);
  }
}

function isStream(data) {
  return data !== null && typeof data === 'object' && !isView(data) &&
    (typeof data[Symbol.asyncIterator] === 'function' || typeof data[Symbol.iterator] === 'function');
}

function* writeFile(file, data, options) {
  const { encoding, flag, mode, flush, signal } = toOptions(options, { encoding: 'utf8', mode: 0o666, flag: 'w', flush: false });
  if (flush !== undefined && flush !== null) validateBoolean(flush, 'options.flush');
  const chunks = isStream(data) ? data : undefined;
  const whole = chunks === undefined ? toData(data, encoding) : undefined;
  const given = fdOf(file);
  throwIfAborted(signal);
  const fd = given ?? (yield* open(file, flag, mode));
  try {
    throwIfAborted(signal);
    if (chunks === undefined) yield ['write', undefined, undefined, native.writeAll, fd, whole, -1];
    else yield* writeChunks(fd, chunks, encoding, signal);
    if (flush) yield* fsync(fd);
  } finally {
    if (given === undefined) yield* close(fd);
  }
}

function* writeChunks(fd, chunks, encoding, signal) {
  const iterator = chunks[Symbol.asyncIterator]?.() ?? chunks[Symbol.iterator]();
  for (;;) {
    const step = iterator.next();
    const { done, value } = typeof step?.then === 'function' ? yield step : step;
    if (done) return;
    throwIfAborted(signal);
    const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
    yield ['write', undefined, undefined, native.writeAll, fd, toData(bytes, encoding), -1];
  }
}

function* appendFile(file, data, options) {
  const settings = toOptions(options, { encoding: 'utf8', mode: 0o666, flag: 'a' });
  yield* writeFile(file, data, settings.flag ? settings : { ...settings, flag: 'a' });
}

function* copyFile(from, to, mode = 0) {
  from = toPath(from, 'src');
  to = toPath(to, 'dest');
  validateInteger(mode, 'mode', 0, 7);
  yield ['copyfile', from, to, native.copyFile, from, to, (mode & constants.COPYFILE_EXCL) !== 0];
}

// ---- metadata ----

function statWith(syscall, ofLink) {
  return function* stat(path, options) {
    path = toPath(path);
    const { bigint = false, throwIfNoEntry = true } = options ?? {};
    try {
      return statsFrom(yield [syscall, path, undefined, native.stat, path, ofLink], bigint);
    } catch (error) {
      if (throwIfNoEntry === false && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
      throw error;
    }
  };
}

const stat = statWith('stat', false);
const lstat = statWith('lstat', true);

function* fstat(fd, options) {
  toFd(fd);
  return statsFrom(yield ['fstat', undefined, undefined, native.fstat, fd], options?.bigint === true);
}

function* statfs(path, options) {
  path = toPath(path);
  return statFsFrom(yield ['statfs', path, undefined, native.statfs, path], options?.bigint === true);
}

function* access(path, mode = constants.F_OK) {
  path = toPath(path);
  validateInteger(mode, 'mode', 0, 7);
  yield ['access', path, undefined, native.access, path, mode];
}

/** Never fails: what cannot be asked for is not there. */
function* exists(path) {
  try {
    path = toPath(path);
    yield ['access', path, undefined, native.access, path, constants.F_OK];
    return true;
  } catch {
    return false;
  }
}

function* chmod(path, mode) {
  path = toPath(path);
  yield ['chmod', path, undefined, native.chmod, path, toMode(mode)];
}

function* fchmod(fd, mode) {
  toFd(fd);
  yield ['fchmod', undefined, undefined, native.fchmod, fd, toMode(mode)];
}

function* lchmod() {
  throw new codes.ERR_METHOD_NOT_IMPLEMENTED('lchmod()');
}

function chownWith(syscall, ofLink) {
  return function* chown(path, uid, gid) {
    path = toPath(path);
    yield [syscall, path, undefined, native.chown, path, toOwner(uid, 'uid'), toOwner(gid, 'gid'), ofLink];
  };
}

function* fchown(fd, uid, gid) {
  toFd(fd);
  yield ['fchown', undefined, undefined, native.fchown, fd, toOwner(uid, 'uid'), toOwner(gid, 'gid')];
}

function utimesWith(syscall, ofLink) {
  return function* utimes(path, atime, mtime) {
    path = toPath(path);
    yield [syscall, path, undefined, native.utimes, path, toSeconds(atime), toSeconds(mtime), ofLink];
  };
}

function* futimes(fd, atime, mtime) {
  toFd(fd);
  yield ['futime', undefined, undefined, native.futimes, fd, toSeconds(atime, 'atime'), toSeconds(mtime, 'mtime')];
}

// ---- directories and links ----

function* readdir(path, options) {
  const { encoding, withFileTypes, recursive } = toOptions(options);
  path = toPath(path);
  if (recursive !== undefined && recursive !== null) validateBoolean(recursive, 'options.recursive');
  const raw = encoding === 'buffer';
  const found = [];
  const base = pathText(path);
  // Breadth first; each with its place below `path`.
  const directories = [[path, '']];
  for (let at = 0; at < directories.length; at++) {
    const [directory, prefix] = directories[at];
    const entries = yield ['scandir', directory, undefined, native.readdir, directory, raw];
    for (let i = 0; i < entries.length; i += 2) {
      const plain = raw ? pathText(new Uint8Array(entries[i])) : entries[i];
      const below = prefix === '' ? plain : `${prefix}/${plain}`;
      if (withFileTypes) found.push(new Dirent(named(entries[i], encoding), entries[i + 1], pathText(directory)));
      else if (prefix === '') found.push(named(entries[i], encoding));
      else found.push(raw ? require('node/buffer').Buffer.from(below) : named(below, encoding));
      if (recursive && entries[i + 1] === constants.UV_DIRENT_DIR) {
        directories.push([`${base === '/' ? '' : base.replace(/\/+$/, '')}/${below}`, below]);
      }
    }
  }
  return found;
}

function* mkdir(path, options) {
  let mode;
  let recursive = false;
  if (typeof options === 'number' || typeof options === 'string') mode = options;
  else if (options) ({ mode, recursive = false } = options);
  path = toPath(path);
  validateBoolean(recursive, 'options.recursive');
  const bits = toMode(mode, 0o777);
  if (!recursive) {
    yield ['mkdir', path, undefined, native.mkdir, path, bits];
    return undefined;
  }
  return yield ['mkdir', path, undefined, native.mkdirAll, path, bits];
}

function* mkdtemp(prefix, options) {
  const { encoding } = toOptions(options);
  prefix = toPath(prefix, 'prefix');
  const shown = `${pathText(prefix)}XXXXXX`;
  return named(yield ['mkdtemp', shown, undefined, native.mkdtemp, prefix, encoding === 'buffer'], encoding);
}

const RM_DEFAULTS = { force: false, maxRetries: 0, recursive: false, retryDelay: 100 };

function rmOptions(options) {
  if (options === undefined) return RM_DEFAULTS;
  validateObject(options, 'options');
  const merged = { ...RM_DEFAULTS, ...options };
  validateBoolean(merged.force, 'options.force');
  validateBoolean(merged.recursive, 'options.recursive');
  validateUint32(merged.maxRetries, 'options.maxRetries');
  validateUint32(merged.retryDelay, 'options.retryDelay');
  return merged;
}

function isDirectoryError(path) {
  const error = new codes.ERR_FS_EISDIR(`rm returned EISDIR (is a directory) ${pathText(path)}`);
  error.name = 'SystemError';
  error.info = { code: 'EISDIR', message: 'is a directory', path: pathText(path), syscall: 'rm', errno: 21 };
  error.errno = 21;
  error.syscall = 'rm';
  error.path = pathText(path);
  return error;
}

function* rm(path, options) {
  path = toPath(path);
  const { force, recursive } = rmOptions(options);
  let found;
  try {
    found = yield* lstat(path);
  } catch (error) {
    if (force && error.code === 'ENOENT') return;
    throw error;
  }
  if (found.isDirectory()) {
    if (!recursive) throw isDirectoryError(path);
    try {
      yield ['rm', path, undefined, native.removeTree, path];
    } catch (error) {
      if (!force || error.code !== 'ENOENT') throw error;
    }
    return;
  }
  yield* unlink(path);
}

function* rmdir(path, options) {
  path = toPath(path);
  if (options?.recursive) {
    yield ['rmdir', path, undefined, native.removeTree, path];
    return;
  }
  yield ['rmdir', path, undefined, native.rmdir, path];
}

function* unlink(path) {
  path = toPath(path);
  yield ['unlink', path, undefined, native.unlink, path];
}

function* rename(from, to) {
  from = toPath(from, 'oldPath');
  to = toPath(to, 'newPath');
  yield ['rename', from, to, native.rename, from, to];
}

function* link(existing, path) {
  existing = toPath(existing, 'existingPath');
  path = toPath(path, 'newPath');
  yield ['link', existing, path, native.link, existing, path];
}

function* symlink(target, path, type) {
  if (type !== undefined && type !== null && !['dir', 'file', 'junction'].includes(type)) {
    throw new codes.ERR_FS_INVALID_SYMLINK_TYPE(type);
  }
  target = toPath(target, 'target');
  path = toPath(path);
  yield ['symlink', target, path, native.symlink, target, path];
}

function* readlink(path, options) {
  const { encoding } = toOptions(options);
  path = toPath(path);
  return named(yield ['readlink', path, undefined, native.readlink, path, encoding === 'buffer'], encoding);
}

function realpathWith(syscall) {
  return function* realpath(path, options) {
    const { encoding } = toOptions(options);
    path = toPath(path);
    const resolved = syscall === 'lstat' ? require('node/path').resolve(pathText(path)) : path;
    try {
      return named(yield [syscall, resolved, undefined, native.realpath, resolved, encoding === 'buffer'], encoding);
    } catch (error) {
      if (syscall === 'lstat' && error.code === 'ENOENT') yield* lstatFirstMissing(resolved);
      throw error;
    }
  };
}

/** Node's own realpath goes from part to part: its error names the first that is missing. */
function* lstatFirstMissing(path) {
  for (let at = path.indexOf('/', 1); at !== -1; at = path.indexOf('/', at + 1)) yield* lstat(path.slice(0, at));
}

module.exports = {
  access,
  appendFile,
  chmod,
  chown: chownWith('chown', false),
  close,
  copyFile,
  exists,
  fchmod,
  fchown,
  fdatasync,
  fstat,
  fsync,
  ftruncate,
  futimes,
  lchmod,
  lchown: chownWith('lchown', true),
  link,
  lstat,
  lutimes: utimesWith('lutime', true),
  mkdir,
  mkdtemp,
  open,
  read,
  readdir,
  readFile,
  readlink,
  readv,
  realpath: realpathWith('lstat'),
  realpathNative: realpathWith('realpath'),
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  symlink,
  truncate,
  unlink,
  utimes: utimesWith('utime', false),
  write,
  writeFile,
  writev,
};
