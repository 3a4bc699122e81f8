// The source text of the call that is failing right now, for `assert.ok(expression)`.
//
// Best effort: the text is read from the file that the stack names. Gives undefined whenever anything is in doubt.

const FRAME = /^\s+at (?:.*? \()?(?:file:\/\/)?(\/[^()]*?):(\d+):(\d+)\)?$/;

function callerPosition(stack) {
  for (const line of stack.split('\n')) {
    const found = FRAME.exec(line);
    if (found !== null) return { path: decodePath(found[1]), line: Number(found[2]), column: Number(found[3]) };
  }
  return undefined;
}

function decodePath(path) {
  try {
    return path.includes('%') ? decodeURIComponent(path) : path;
  } catch {
    return path;
  }
}

/** The end of the call that opens at `open`, minding nested brackets, strings and comments. */
function callEnd(text, open) {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const char = text[i];
    if (char === '"' || char === "'" || char === '`') {
      i = stringEnd(text, i);
      if (i === -1) return -1;
    } else if (char === '(' || char === '[' || char === '{') {
      depth++;
    } else if (char === ')' || char === ']' || char === '}') {
      depth--;
      if (depth === 0) return i + 1;
    }
  }
  return -1;
}

function stringEnd(text, start) {
  const mark = text[start];
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === mark) return i;
  }
  return -1;
}

/** `name` is a test for the callee's text, so that a wrong position gives nothing instead of nonsense. */
function callSource(stack, name) {
  const position = callerPosition(stack);
  if (position === undefined) return undefined;
  let text;
  try {
    text = require('node/fs').readFileSync(position.path, 'utf8');
  } catch {
    return undefined;
  }
  const lines = text.split('\n');
  if (position.line > lines.length) return undefined;
  let offset = 0;
  for (let i = 0; i < position.line - 1; i++) offset += lines[i].length + 1;
  // Engines differ in which part of a call they point at: look for the callee around the column.
  const line = lines[position.line - 1];
  const callee = /[A-Za-z_$][\w$]*(?:\s*\.\s*[A-Za-z_$][\w$]*)*\s*\(/g;
  let best;
  for (const match of line.matchAll(callee)) {
    if (match.index > position.column) break;
    if (name.test(match[0])) best = match;
  }
  if (best === undefined) return undefined;
  const start = offset + best.index;
  const end = callEnd(text, start + best[0].length - 1);
  return end === -1 || end - start > 2000 ? undefined : text.slice(start, end);
}

module.exports = { callSource };
