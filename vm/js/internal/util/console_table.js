// console.table: rows and columns out of arrays, objects, Maps and Sets.

const { stringWidth } = require('internal/util/text_width');
const types = require('internal/util/types');

const INDEX = '(index)';
const ITERATION = '(iteration index)';
const KEY = 'Key';
const VALUES = 'Values';

function renderRow(cells, widths) {
  const padded = cells.map((cell, i) => ` ${cell}${' '.repeat(widths[i] - stringWidth(cell) - 1)}`);
  return `│${padded.join('│')}│\n`;
}

function render(head, columns) {
  const height = columns.reduce((most, column) => Math.max(most, column.length), 0);
  const rows = [];
  for (let i = 0; i < height; i++) rows.push(columns.map((column) => column[i] ?? ''));
  const widths = head.map((title, i) =>
    Math.max(stringWidth(title), ...columns[i].map((cell) => stringWidth(cell ?? ''))) + 2);
  const lines = widths.map((width) => '─'.repeat(width));
  let text = `┌${lines.join('┬')}┐\n${renderRow(head, widths)}├${lines.join('┼')}┤\n`;
  for (const row of rows) text += renderRow(row, widths);
  return `${text}└${lines.join('┴')}┘`;
}

/** The table as text, or undefined for what has no rows (then it is logged as it is). */
function tableText(data, properties, options) {
  const { inspect } = require('internal/util/inspect');
  const show = (value) => {
    const shallow = value !== null && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length > 2;
    return inspect(value, { ...options, maxArrayLength: 3, breakLength: Infinity, depth: shallow ? -1 : 0 });
  };
  if (types.isMap(data) || types.isMapIterator(data)) return mapTable(data, show);
  if (types.isSet(data) || types.isSetIterator(data)) {
    const values = [...data];
    return render([ITERATION, VALUES], [values.map((_, i) => `${i}`), values.map(show)]);
  }
  return objectTable(data, properties, show);
}

function mapTable(data, show) {
  const entries = [...data];
  if (entries.some((entry) => !Array.isArray(entry))) {
    return render([ITERATION, VALUES], [entries.map((_, i) => `${i}`), entries.map(show)]);
  }
  return render([ITERATION, KEY, VALUES], [
    entries.map((_, i) => `${i}`),
    entries.map(([key]) => show(key)),
    entries.map(([, value]) => show(value)),
  ]);
}

function objectTable(data, properties, show) {
  const indexKeys = Object.keys(data);
  const columns = new Map();
  const values = [];
  let hasPrimitives = false;
  indexKeys.forEach((key, row) => {
    const item = data[key];
    const primitive = item === null || (typeof item !== 'function' && typeof item !== 'object');
    if (primitive && properties === undefined) {
      hasPrimitives = true;
      values[row] = show(item);
      return;
    }
    for (const name of properties ?? Object.keys(item)) {
      let column = columns.get(name);
      if (column === undefined) columns.set(name, (column = []));
      column[row] = !primitive && Object.hasOwn(item, name) ? show(item[name]) : '';
    }
  });
  const names = [...columns.keys()];
  const head = [INDEX, ...names.map(String)];
  const body = [indexKeys, ...names.map((name) => columns.get(name))];
  if (hasPrimitives) {
    head.push(VALUES);
    body.push(values);
  }
  // Holes would be skipped when widths are taken.
  return render(head, body.map((column) => Array.from({ length: indexKeys.length }, (_, i) => column[i] ?? '')));
}

module.exports = { tableText };
