// Stats, BigIntStats, StatFs and Dirent.

const { fs: constants } = require('node/constants');
const { S_IFMT, S_IFREG, S_IFDIR, S_IFCHR, S_IFBLK, S_IFIFO, S_IFLNK, S_IFSOCK } = constants;

const FIELDS = ['dev', 'mode', 'nlink', 'uid', 'gid', 'rdev', 'blksize', 'ino', 'size', 'blocks'];
const TIMES = ['atime', 'mtime', 'ctime', 'birthtime'];

function kindTests(Class, isKind) {
  const tests = {
    isFile: S_IFREG, isDirectory: S_IFDIR, isCharacterDevice: S_IFCHR, isBlockDevice: S_IFBLK, isFIFO: S_IFIFO,
    isSymbolicLink: S_IFLNK, isSocket: S_IFSOCK,
  };
  for (const name of Object.keys(tests)) {
    const value = { [name]() { return isKind(this, tests[name]); } }[name];
    Object.defineProperty(Class.prototype, name, { value, writable: true, configurable: true, enumerable: true });
  }
}

function Stats(dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks, atimeMs, mtimeMs, ctimeMs, birthtimeMs) {
  const values = [dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks];
  for (let i = 0; i < FIELDS.length; i++) this[FIELDS[i]] = values[i];
  const times = [atimeMs, mtimeMs, ctimeMs, birthtimeMs];
  for (let i = 0; i < TIMES.length; i++) this[`${TIMES[i]}Ms`] = times[i];
  for (let i = 0; i < TIMES.length; i++) this[TIMES[i]] = new Date(Math.round(times[i]));
}
kindTests(Stats, (stats, kind) => (stats.mode & S_IFMT) === kind);

class BigIntStats {
  constructor(raw) {
    for (let i = 0; i < FIELDS.length; i++) this[FIELDS[i]] = raw[i];
    const nanos = (i) => raw[10 + 2 * i] * 1_000_000_000n + raw[11 + 2 * i];
    for (let i = 0; i < TIMES.length; i++) this[`${TIMES[i]}Ms`] = nanos(i) / 1_000_000n;
    for (let i = 0; i < TIMES.length; i++) this[`${TIMES[i]}Ns`] = nanos(i);
    for (let i = 0; i < TIMES.length; i++) this[TIMES[i]] = new Date(Number(nanos(i) / 1_000_000n));
  }
}
kindTests(BigIntStats, (stats, kind) => (stats.mode & BigInt(S_IFMT)) === BigInt(kind));

/** What the native status gives, as Stats or BigIntStats. */
function statsFrom(buffer, asBigInt) {
  const raw = new BigInt64Array(buffer);
  if (asBigInt) return new BigIntStats(raw);
  const number = (i) => Number(raw[i]);
  const millis = (i) => Number(raw[i]) * 1000 + Number(raw[i + 1]) / 1e6;
  return new Stats(number(0), number(1), number(2), number(3), number(4), number(5), number(6), number(7), number(8), number(9),
    millis(10), millis(12), millis(14), millis(16));
}

class StatFs {
  constructor(values) {
    [this.type, this.bsize, this.blocks, this.bfree, this.bavail, this.files, this.ffree] = values;
  }
}

function statFsFrom(buffer, asBigInt) {
  const raw = [...new BigInt64Array(buffer)];
  return new StatFs(asBigInt ? raw : raw.map(Number));
}

const kType = Symbol('type');
const { UV_DIRENT_FILE, UV_DIRENT_DIR, UV_DIRENT_LINK, UV_DIRENT_FIFO, UV_DIRENT_SOCKET, UV_DIRENT_CHAR, UV_DIRENT_BLOCK } = constants;

class Dirent {
  constructor(name, type, path) {
    this.name = name;
    this.parentPath = path;
    this.path = path;
    this[kType] = type;
  }

  isFile() { return this[kType] === UV_DIRENT_FILE; }
  isDirectory() { return this[kType] === UV_DIRENT_DIR; }
  isSymbolicLink() { return this[kType] === UV_DIRENT_LINK; }
  isFIFO() { return this[kType] === UV_DIRENT_FIFO; }
  isSocket() { return this[kType] === UV_DIRENT_SOCKET; }
  isCharacterDevice() { return this[kType] === UV_DIRENT_CHAR; }
  isBlockDevice() { return this[kType] === UV_DIRENT_BLOCK; }
}

module.exports = { BigIntStats, Dirent, StatFs, statFsFrom, Stats, statsFrom };
