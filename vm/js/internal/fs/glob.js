// fs.glob: paths below a directory that match patterns.
//
// Patterns are taken apart at their slashes: each part is a text, an expression, or `**` for any depth. Names that begin with a
// dot are matched like others, as Node does.

const { validateFunction, validateStringArray } = require('internal/validators');
const { join, resolve } = require('node/path');
const { runSync } = require('internal/fs/driver');
const ops = require('internal/fs/operations');

/** `a{b,c}` -> `ab`, `ac`; nested ones too. */
function expandBraces(pattern) {
  let depth = 0;
  let open = -1;
  const commas = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === '\\') i++;
    else if (char === '{' && depth++ === 0) open = i;
    else if (char === ',' && depth === 1) commas.push(i);
    else if (char === '}' && depth > 0 && --depth === 0) {
      if (commas.length === 0) return [pattern];
      const [head, tail] = [pattern.slice(0, open), pattern.slice(i + 1)];
      const cuts = [open, ...commas, i];
      const middles = cuts.slice(1).map((end, n) => pattern.slice(cuts[n] + 1, end));
      return middles.flatMap((middle) => expandBraces(head + middle + tail));
    }
  }
  return [pattern];
}

function escapeChar(char) {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

/** One part of a pattern as the source of an expression. */
function partSource(part) {
  let source = '';
  for (let i = 0; i < part.length; i++) {
    const char = part[i];
    if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '\\' && i + 1 < part.length) source += escapeChar(part[++i]);
    else if (char === '[') {
      const end = part.indexOf(']', i + 2);
      if (end === -1) {
        source += '\\[';
      } else {
        source += `[${part.slice(i + 1, end).replace(/^!/, '^').replace(/\\/g, '\\\\')}]`;
        i = end;
      }
    } else {
      source += escapeChar(char);
    }
  }
  return source;
}

function compile(pattern) {
  return pattern.split('/').filter((part, i) => part !== '' || i === 0).map((part) => {
    if (part === '**') return '**';
    return /[*?[\\]/.test(part) ? new RegExp(`^${partSource(part)}$`, 's') : part;
  });
}

/** Collects what matches `parts[at…]` below `place`. */
function walk(root, place, parts, at, found, seen, skip) {
  const key = `${place}\0${at}`;
  if (seen.has(key)) return;
  seen.add(key);
  if (at === parts.length) {
    if (place !== '') found.add(place);
    return;
  }
  const part = parts[at];
  if (part === '**') {
    walk(root, place, parts, at + 1, found, seen, skip);
    for (const entry of list(root, place)) {
      const below = join(place, entry.name);
      if (skip(below)) continue;
      if (at === parts.length - 1) found.add(below);
      if (entry.isDirectory()) walk(root, below, parts, at, found, seen, skip);
    }
    if (at === parts.length - 1) found.add(place === '' ? '.' : place);
    return;
  }
  if (typeof part === 'string') {
    const below = part === '' ? '/' : join(place, part);
    if (!skip(below) && runSync(ops.exists(resolve(root, below)))) walk(root, below, parts, at + 1, found, seen, skip);
    return;
  }
  for (const entry of list(root, place)) {
    const below = join(place, entry.name);
    if (part.test(entry.name) && !skip(below) && (at === parts.length - 1 || !entry.isFile())) {
      walk(root, below, parts, at + 1, found, seen, skip);
    }
  }
}

function list(root, place) {
  try {
    return runSync(ops.readdir(resolve(root, place), { withFileTypes: true }));
  } catch {
    // What cannot be listed has nothing in it.
    return [];
  }
}

function globSync(pattern, options = {}) {
  const patterns = Array.isArray(pattern) ? pattern : [pattern];
  validateStringArray(patterns, 'patterns');
  const { cwd = '.', exclude, withFileTypes = false } = options;
  if (exclude !== undefined && !Array.isArray(exclude)) validateFunction(exclude, 'options.exclude');
  const found = new Set();
  const skip = skipper(exclude, String(cwd));
  for (const one of patterns.flatMap(expandBraces)) walk(String(cwd), '', compile(one), 0, found, new Set(), skip);
  const paths = [...found];
  if (!withFileTypes) return paths;
  return paths.map((path) => entryOf(resolve(String(cwd), path)));
}

/** Whether a path is left out, with all below it. */
function skipper(exclude, cwd) {
  if (typeof exclude === 'function') return exclude;
  if (exclude === undefined || exclude.length === 0) return () => false;
  const left = new Set(globSync(exclude, { cwd }));
  return (path) => left.has(path);
}

function entryOf(path) {
  const { dirname, basename } = require('node/path');
  return list(dirname(path), '').find((entry) => entry.name === basename(path));
}

module.exports = { globSync };
