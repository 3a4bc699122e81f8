// node:path for POSIX systems, with `win32` beside it.
//
// Text only: nothing here looks at the file system but `resolve` and `relative`, which ask for the working directory.

const { validateObject, validateString } = require('internal/validators');
const { matchesGlob, normalizeSegments } = require('internal/util/path_text');

const SLASH = 47;

function cwd() {
  return require('node/process').cwd();
}

function resolve(...paths) {
  let resolved = '';
  let absolute = false;
  for (let i = paths.length - 1; i >= -1 && !absolute; i--) {
    const path = i >= 0 ? paths[i] : cwd();
    validateString(path, i >= 0 ? `paths[${i}]` : 'cwd');
    if (path.length === 0) continue;
    resolved = resolved === '' ? path : `${path}/${resolved}`;
    absolute = path.charCodeAt(0) === SLASH;
  }
  resolved = normalizeSegments(resolved, !absolute, '/', false);
  if (absolute) return `/${resolved}`;
  return resolved.length > 0 ? resolved : '.';
}

function normalize(path) {
  validateString(path, 'path');
  if (path.length === 0) return '.';
  const absolute = path.charCodeAt(0) === SLASH;
  const trailing = path.charCodeAt(path.length - 1) === SLASH;
  let text = normalizeSegments(path, !absolute, '/', false);
  if (text.length === 0) {
    if (absolute) return '/';
    return trailing ? './' : '.';
  }
  if (trailing) text += '/';
  return absolute ? `/${text}` : text;
}

function isAbsolute(path) {
  validateString(path, 'path');
  return path.length > 0 && path.charCodeAt(0) === SLASH;
}

function join(...parts) {
  const used = [];
  for (let i = 0; i < parts.length; i++) {
    validateString(parts[i], 'path');
    if (parts[i].length > 0) used.push(parts[i]);
  }
  return used.length === 0 ? '.' : normalize(used.join('/'));
}

function relative(from, to) {
  validateString(from, 'from');
  validateString(to, 'to');
  if (from === to) return '';
  const source = resolve(from);
  const target = resolve(to);
  if (source === target) return '';
  const up = source === '/' ? [] : source.slice(1).split('/');
  const down = target === '/' ? [] : target.slice(1).split('/');
  let shared = 0;
  while (shared < up.length && shared < down.length && up[shared] === down[shared]) shared++;
  return [...up.slice(shared).fill('..'), ...down.slice(shared)].join('/');
}

function toNamespacedPath(path) {
  return path;
}

function trimmedEnd(path, from) {
  let end = path.length;
  while (end > from && path.charCodeAt(end - 1) === SLASH) end--;
  return end;
}

function dirname(path) {
  validateString(path, 'path');
  if (path.length === 0) return '.';
  const absolute = path.charCodeAt(0) === SLASH;
  const at = path.lastIndexOf('/', trimmedEnd(path, 1) - 1);
  if (at <= 0) return absolute ? '/' : '.';
  // Exactly two leading slashes are a root of their own.
  return absolute && at === 1 ? '//' : path.slice(0, at);
}

function basename(path, suffix) {
  if (suffix !== undefined) validateString(suffix, 'suffix');
  validateString(path, 'path');
  const end = trimmedEnd(path, 0);
  if (suffix !== undefined && suffix === path) return '';
  const base = path.slice(path.lastIndexOf('/', end - 1) + 1, end);
  // The root has no name to take a suffix from.
  if (suffix && base === '' && suffix.length <= path.length) return path;
  // A name that is all suffix keeps it.
  if (suffix && base.length > suffix.length && base.endsWith(suffix)) return base.slice(0, -suffix.length);
  return base;
}

function extname(path) {
  validateString(path, 'path');
  return extensionOf(basename(path));
}

function extensionOf(base) {
  const dot = base.lastIndexOf('.');
  return dot <= 0 || base === '..' ? '' : base.slice(dot);
}

function format(pathObject) {
  validateObject(pathObject, 'pathObject');
  const { dir, root, base, name, ext } = pathObject;
  const folder = dir || root;
  const extension = ext ? `${ext[0] === '.' ? '' : '.'}${ext}` : '';
  const file = base || `${name || ''}${extension}`;
  if (!folder) return file;
  return folder === root ? `${folder}${file}` : `${folder}/${file}`;
}

function parse(path) {
  validateString(path, 'path');
  const result = { root: '', dir: '', base: '', ext: '', name: '' };
  if (path.length === 0) return result;
  const absolute = path.charCodeAt(0) === SLASH;
  if (absolute) result.root = '/';
  const end = trimmedEnd(path, 0);
  const start = path.lastIndexOf('/', end - 1) + 1;
  result.base = path.slice(start, end);
  result.ext = extensionOf(result.base);
  result.name = result.ext ? result.base.slice(0, -result.ext.length) : result.base;
  if (start > 1) result.dir = path.slice(0, start - 1);
  else if (absolute) result.dir = '/';
  return result;
}

const posix = {
  resolve, normalize, isAbsolute, join, relative, toNamespacedPath, dirname, basename, extname, format, parse,
  matchesGlob: (path, pattern) => matchesGlob(path, pattern, false),
  sep: '/',
  delimiter: ':',
  win32: null,
  posix: null,
};
posix.posix = posix;
Object.defineProperty(posix, 'win32', {
  __proto__: null,
  configurable: true,
  enumerable: true,
  get() {
    const value = require('node/path/win32');
    Object.defineProperty(posix, 'win32', { __proto__: null, value, writable: true, configurable: true, enumerable: true });
    return value;
  },
});
posix._makeLong = toNamespacedPath;

module.exports = posix;
