// node:path/win32: paths with drives, UNC roots and both separators.

const { validateObject, validateString } = require('internal/validators');
const { matchesGlob, normalizeSegments } = require('internal/util/path_text');

const isSeparator = (code) => code === 47 || code === 92;
const isLetter = (code) => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

/**
 * The root of a path: { device, rootEnd, absolute, unc }. `device` is `C:` or `\\server\share`; `rootEnd` is where
 * the rest begins, behind one separator when there is one.
 */
function readRoot(path) {
  const first = path.charCodeAt(0);
  if (isSeparator(first)) {
    const unc = isSeparator(path.charCodeAt(1)) ? readUnc(path) : undefined;
    return unc ?? { device: '', rootEnd: 1, absolute: true, unc: false };
  }
  if (isLetter(first) && path[1] === ':') {
    const absolute = path.length > 2 && isSeparator(path.charCodeAt(2));
    return { device: path.slice(0, 2), rootEnd: absolute ? 3 : 2, absolute, unc: false };
  }
  return { device: '', rootEnd: 0, absolute: false, unc: false };
}

function readUnc(path) {
  const found = /^[\\/]{2}([^\\/]+)[\\/]+([^\\/]+)/.exec(path);
  if (found === null) return undefined;
  const [all, server, share] = found;
  if (server === '.' || server === '?') {
    // Device paths: `\\.\name` and `\\?\name` have no share.
    return { device: `\\\\${server}`, rootEnd: 4, absolute: true, unc: true };
  }
  const hasMore = isSeparator(path.charCodeAt(all.length));
  return {
    device: `\\\\${server}\\${share}`,
    rootEnd: hasMore ? all.length + 1 : all.length,
    absolute: true,
    unc: true,
  };
}

function cwdFor(device) {
  const { cwd, env } = require('node/process');
  const here = device === '' ? cwd() : env[`=${device}`] || cwd();
  const other = device !== '' && here.slice(0, 2).toLowerCase() !== device.toLowerCase();
  return other && here.charCodeAt(2) === 92 ? `${device}\\` : here;
}

function resolve(...paths) {
  let device = '';
  let tail = '';
  let absolute = false;
  for (let i = paths.length - 1; i >= -1 && !(absolute && device !== ''); i--) {
    const path = i >= 0 ? paths[i] : cwdFor(device);
    validateString(path, i >= 0 ? `paths[${i}]` : 'cwd');
    if (path.length === 0) continue;
    const root = readRoot(path);
    // A path on another drive says nothing about this one.
    if (root.device !== '' && device !== '' && root.device.toLowerCase() !== device.toLowerCase()) continue;
    if (device === '') device = root.device;
    if (absolute) continue;
    tail = `${path.slice(root.rootEnd)}\\${tail}`;
    absolute = root.absolute;
  }
  const rest = normalizeSegments(tail, !absolute, '\\', true);
  return `${device}${absolute ? '\\' : ''}${rest}` || '.';
}

function normalize(path) {
  validateString(path, 'path');
  if (path.length === 0) return '.';
  if (path.length === 1) return path === '/' ? '\\' : path;
  const { device, rootEnd, absolute, unc } = readRoot(path);
  if (unc && rootEnd >= path.length && !isSeparator(path.charCodeAt(path.length - 1))) return `${device}\\`;
  let tail = rootEnd < path.length ? normalizeSegments(path.slice(rootEnd), !absolute, '\\', true) : '';
  if (tail.length === 0 && !absolute) tail = '.';
  if (tail.length > 0 && isSeparator(path.charCodeAt(path.length - 1))) tail += '\\';
  if (!absolute && device === '' && startsLikeDrive(path, tail)) return `.\\${tail}`;
  return `${device}${absolute ? '\\' : ''}${tail}`;
}

// What was relative must not become a drive by folding: `a/../C:b`, `x/C:/y`.
function startsLikeDrive(path, tail) {
  return path.includes(':') && (/^[A-Za-z]:/.test(tail) || /:(?:$|[\\/])/.test(path));
}

function isAbsolute(path) {
  validateString(path, 'path');
  if (path.length === 0) return false;
  const first = path.charCodeAt(0);
  return isSeparator(first) || (path.length > 2 && isLetter(first) && path[1] === ':' && isSeparator(path.charCodeAt(2)));
}

function join(...parts) {
  const used = [];
  for (const part of parts) {
    validateString(part, 'path');
    if (part.length > 0) used.push(part);
  }
  if (used.length === 0) return '.';
  let joined = used.join('\\');
  // Only a first part that names a server may make a UNC path; elsewhere leading separators collapse to one.
  const first = used[0];
  const leading = /^[\\/]*/.exec(first)[0].length;
  const keepsUnc = leading === 2 && first.length > 2;
  if (!keepsUnc) joined = joined.replace(/^[\\/]{2,}/, '\\');
  return normalize(joined);
}

function relative(from, to) {
  validateString(from, 'from');
  validateString(to, 'to');
  if (from === to) return '';
  const source = resolve(from);
  const target = resolve(to);
  if (source === target || source.toLowerCase() === target.toLowerCase()) return '';
  const split = (path) => path.split('\\').filter((part) => part !== '');
  const up = split(source);
  const down = split(target);
  let shared = 0;
  while (shared < up.length && shared < down.length && up[shared].toLowerCase() === down[shared].toLowerCase()) shared++;
  // On other drives or servers there is no way from one to the other.
  if (shared === 0 && up.length > 0 && down.length > 0) return target;
  return [...up.slice(shared).fill('..'), ...down.slice(shared)].join('\\');
}

function toNamespacedPath(path) {
  if (typeof path !== 'string' || path.length === 0) return path;
  const resolved = resolve(path);
  if (resolved.length <= 2) return path;
  if (resolved.startsWith('\\\\') && resolved[2] !== '?' && resolved[2] !== '.') return `\\\\?\\UNC\\${resolved.slice(2)}`;
  return /^[A-Za-z]:\\/.test(resolved) ? `\\\\?\\${resolved}` : resolved;
}

function trimmedEnd(path, from) {
  let end = path.length;
  while (end > from && isSeparator(path.charCodeAt(end - 1))) end--;
  return end;
}

function lastSeparator(path, from, end) {
  for (let i = end - 1; i >= from; i--) if (isSeparator(path.charCodeAt(i))) return i;
  return -1;
}

function dirname(path) {
  validateString(path, 'path');
  if (path.length === 0) return '.';
  if (path.length === 1) return isSeparator(path.charCodeAt(0)) ? path : '.';
  const { rootEnd, unc } = readRoot(path);
  if (unc && rootEnd >= path.length) return path;
  const at = lastSeparator(path, rootEnd, trimmedEnd(path, rootEnd));
  if (at === -1) return rootEnd === 0 ? '.' : path.slice(0, rootEnd);
  return path.slice(0, at);
}

function baseOf(path) {
  const start = isLetter(path.charCodeAt(0)) && path[1] === ':' ? 2 : 0;
  const end = trimmedEnd(path, start);
  return path.slice(Math.max(lastSeparator(path, start, end) + 1, start), end);
}

function basename(path, suffix) {
  if (suffix !== undefined) validateString(suffix, 'suffix');
  validateString(path, 'path');
  if (suffix !== undefined && suffix === path) return '';
  const base = baseOf(path);
  if (suffix && base.length > suffix.length && base.endsWith(suffix)) return base.slice(0, -suffix.length);
  return base;
}

function extensionOf(base) {
  const dot = base.lastIndexOf('.');
  return dot <= 0 || base === '..' ? '' : base.slice(dot);
}

function extname(path) {
  validateString(path, 'path');
  return extensionOf(baseOf(path));
}

function format(pathObject) {
  validateObject(pathObject, 'pathObject');
  const { dir, root, base, name, ext } = pathObject;
  const folder = dir || root;
  const extension = ext ? `${ext[0] === '.' ? '' : '.'}${ext}` : '';
  const file = base || `${name || ''}${extension}`;
  if (!folder) return file;
  return folder === root ? `${folder}${file}` : `${folder}\\${file}`;
}

function parse(path) {
  validateString(path, 'path');
  const result = { root: '', dir: '', base: '', ext: '', name: '' };
  if (path.length === 0) return result;
  const { rootEnd, unc } = readRoot(path);
  result.root = path.slice(0, rootEnd);
  if (rootEnd >= path.length && (rootEnd > 0 || unc)) {
    result.dir = path;
    return result;
  }
  const end = trimmedEnd(path, rootEnd);
  const at = lastSeparator(path, rootEnd, end);
  const start = at === -1 ? rootEnd : at + 1;
  result.base = path.slice(start, end);
  result.ext = extensionOf(result.base);
  result.name = result.ext ? result.base.slice(0, -result.ext.length) : result.base;
  result.dir = at !== -1 ? path.slice(0, at) : result.root;
  return result;
}

const win32 = {
  resolve, normalize, isAbsolute, join, relative, toNamespacedPath, dirname, basename, extname, format, parse,
  matchesGlob: (path, pattern) => matchesGlob(path, pattern, true),
  sep: '\\',
  delimiter: ';',
  win32: null,
  posix: null,
};
win32.win32 = win32;
win32.posix = require('node/path');
win32._makeLong = toNamespacedPath;

module.exports = win32;
