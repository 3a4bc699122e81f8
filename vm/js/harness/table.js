// Tables of `.each` and `.for`: rows from arrays or a tagged template, and each row's title.
//
// Owns the title's placeholders. Loaded only by files that use a table.

const HOLD_PERCENT = '\u0001';
const PLACEHOLDER = /%[pscdifjoO]/;

function isTemplate(table) {
  return Array.isArray(table) && Array.isArray(table.raw);
}

/** Rows `{ args, names }`: what the function is called with, and the object that `$name` looks into. */
function rowsOf(table, values, flavour, isFor, kind) {
  if (isTemplate(table)) return templateRows(table, values);
  if (table === null || typeof table !== 'object' || typeof table[Symbol.iterator] !== 'function') {
    throw new TypeError(`${kind}.each() needs an array of rows or a tagged template`);
  }
  const rows = Array.from(table);
  if (rows.length === 0 && (flavour === 'jest' || flavour === 'globals')) {
    throw new Error(`${kind}.each() was called with an empty table`);
  }
  const rowIsList = flavour === 'vitest' || flavour === 'bun' ? null : rows.every(Array.isArray);
  return rows.map((row) => {
    const spread = !isFor && (rowIsList ?? Array.isArray(row)) && Array.isArray(row);
    const args = spread ? row.slice() : [row];
    const parts = isFor && Array.isArray(row) ? row : args;
    return { args, parts, names: isNamed(parts[0]) ? parts[0] : undefined };
  });
}

function isNamed(value) {
  return value !== null && typeof value === 'object';
}

function templateRows(strings, values) {
  const heading = strings[0].trim();
  const names = heading
    .split('\n')[0]
    .split('|')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) throw new Error('the table has no heading: its first line must name the columns');
  if (values.length % names.length !== 0) {
    throw new Error(`the table has ${names.length} columns (${names.join(', ')}) but ${values.length} values, so its last row is incomplete`);
  }
  const rows = [];
  for (let at = 0; at < values.length; at += names.length) {
    const row = {};
    names.forEach((name, column) => {
      row[name] = values[at + column];
    });
    rows.push({ args: [row], parts: [], names: row });
  }
  return rows;
}

/** The title of row `index`: `%s`-style placeholders take the values in order, `$name.path` looks into the row. */
function titleOfRow(title, row, index) {
  if (typeof title !== 'string') return title;
  let text = title
    .replaceAll('%%', HOLD_PERCENT)
    .replaceAll('%#', String(index))
    .replaceAll('%$', String(index + 1));
  for (let i = 0; i < row.parts.length; i += 1) {
    const match = PLACEHOLDER.exec(text);
    if (match === null) break;
    const filled = placeholder(match[0], row.parts[i]).replaceAll('%', HOLD_PERCENT);
    text = text.slice(0, match.index) + filled + text.slice(match.index + match[0].length);
  }
  if (text.includes('$')) text = namedTitle(text, row, index);
  return text.replaceAll(HOLD_PERCENT, '%');
}

function placeholder(kind, value) {
  if (kind === '%p') return pretty(value);
  if (kind === '%s' && (typeof value === 'string' || typeof value === 'boolean')) return String(value);
  return require('node/util').format(kind, value);
}

function namedTitle(title, row, index) {
  const text = title.replaceAll('$#', String(index));
  if (row.names === undefined) return text;
  return text.replace(/\$([\w$][\w$.]*)/g, (whole, path) => {
    const clean = path.replace(/\.+$/, '');
    const found = lookUp(row.names, clean.split('.'));
    if (found === undefined) return whole;
    const value = found.value;
    const shown = value === null || (typeof value !== 'object' && typeof value !== 'function') ? String(value) : pretty(value);
    return shown + path.slice(clean.length);
  });
}

function lookUp(object, path) {
  let value = object;
  for (let i = 0; i < path.length; i += 1) {
    if (value === null || value === undefined || !(path[i] in Object(value))) return undefined;
    value = value[path[i]];
  }
  return { value };
}

function pretty(value) {
  return require('harness/format').format(value, { min: true, maxDepth: 1 });
}

module.exports = { rowsOf, titleOfRow };
