// What both flavours of node:path share: folding of `.` and `..`, glob matching.

const DOT = 46;

/** Folds `.` and `..`; `..` above the start stays when `allowAbove`. Separators at both ends are dropped. */
function normalizeSegments(path, allowAbove, separator, isWindows) {
  const parts = isWindows ? path.split(/[\\/]+/) : path.split('/');
  const result = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    if (part === '' || part === '.') continue;
    if (part.length !== 2 || part.charCodeAt(0) !== DOT || part.charCodeAt(1) !== DOT) {
      result.push(part);
    } else if (result.length > 0 && result[result.length - 1] !== '..') {
      result.pop();
    } else if (allowAbove) {
      result.push('..');
    }
  }
  return result.join(separator);
}

/** One path against one glob: `*`, `?`, `[…]`, `{a,b}` and `**` between separators. */
function matchesGlob(path, pattern, isWindows) {
  const { validateString } = require('internal/validators');
  validateString(path, 'path');
  validateString(pattern, 'pattern');
  const text = isWindows ? path.replaceAll('\\', '/') : path;
  return expandBraces(isWindows ? pattern.replaceAll('\\', '/') : pattern)
    .some((each) => globToRegExp(each).test(text));
}

function expandBraces(pattern) {
  const found = /\{([^{}]*,[^{}]*)\}/.exec(pattern);
  if (found === null) return [pattern];
  const before = pattern.slice(0, found.index);
  const after = pattern.slice(found.index + found[0].length);
  return found[1].split(',').flatMap((choice) => expandBraces(before + choice + after));
}

function globToRegExp(pattern) {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === '*' && pattern[i + 1] === '*') {
      i++;
      if (pattern[i + 1] === '/') {
        i++;
        source += '(?:(?!\\.)[^/]+/)*';
      } else {
        source += '(?:(?!\\.)[^/]+(?:/|$))*';
      }
    } else if (char === '*') {
      source += isSegmentStart(pattern, i) ? '(?!\\.)[^/]*' : '[^/]*';
    } else if (char === '?') {
      source += '[^/]';
    } else if (char === '[' && pattern.indexOf(']', i + 2) !== -1) {
      const end = pattern.indexOf(']', i + 2);
      source += `[${pattern.slice(i + 1, end).replace(/^!/, '^').replaceAll('\\', '\\\\')}]`;
      i = end;
    } else {
      source += char.replace(/[.+^${}()|[\]\\]/, '\\$&');
    }
  }
  return new RegExp(`^${source}$`);
}

const isSegmentStart = (pattern, at) => at === 0 || pattern[at - 1] === '/';

module.exports = { matchesGlob, normalizeSegments };
