// How inspected parts are laid out: quoting, numbers, single line or many, columns of short array items.
//
// Owns text only: nothing here looks at a value's properties. Internal to internal/util/inspect.

const { stringWidth, stripEscapes } = require('internal/util/text_width');

// What a part belongs to. Items are shown without a key; extras are the named properties of an array.
const kObject = 0;
const kArrayItem = 1;
const kArrayExtras = 2;

// Strings shorter than this are never broken into lines.
const MIN_LINE_WIDTH = 16;

// eslint-disable-next-line no-control-regex
const NEEDS_ESCAPE = /[\x00-\x1f\x27\x5c\x7f-\x9f\ud800-\udfff]/;
// eslint-disable-next-line no-control-regex
const ESCAPED = /[\x00-\x1f\x27\x5c\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const SHORT_ESCAPES = {
  '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', '\\': '\\\\', "'": "\\'",
};

function escapeChar(char) {
  const short = SHORT_ESCAPES[char];
  if (short !== undefined) return short;
  const code = char.charCodeAt(0);
  return code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** The string as a literal, in the quotes that need the least escaping. */
function quote(text) {
  if (!NEEDS_ESCAPE.test(text)) return `'${text}'`;
  let mark = "'";
  if (text.includes("'")) {
    if (!text.includes('"')) mark = '"';
    else if (!text.includes('`') && !text.includes('${')) mark = '`';
  }
  const escaped = text.replace(ESCAPED, (char) => (char === "'" && mark !== "'" ? char : escapeChar(char)));
  return mark + escaped + mark;
}

/** As quote, without the quotes: for symbol descriptions and keys in brackets. */
function escapeText(text) {
  return NEEDS_ESCAPE.test(text) ? text.replace(ESCAPED, escapeChar) : text;
}

function separateThousands(digits) {
  return digits.replace(/\B(?=(\d{3})+$)/g, '_');
}

function separateFraction(digits) {
  return digits.replace(/(\d{3})(?=\d)/g, '$1_');
}

function formatNumber(stylize, number, separator) {
  if (number === 0) return stylize(1 / number < 0 && !separator ? '-0' : '0', 'number');
  let text = `${number}`;
  if (separator && Number.isFinite(number) && !text.includes('e')) {
    const [whole, fraction] = text.split('.');
    text = fraction === undefined
      ? separateThousands(whole)
      : `${separateThousands(whole)}.${separateFraction(fraction)}`;
  }
  return stylize(text, 'number');
}

function formatBigInt(stylize, number, separator) {
  const text = String(number);
  return stylize(`${separator ? separateThousands(text) : text}n`, 'bigint');
}

function formatString(stylize, value, ctx) {
  let text = value;
  let trailer = '';
  if (text.length > ctx.maxStringLength) {
    const hidden = text.length - ctx.maxStringLength;
    text = text.slice(0, ctx.maxStringLength);
    trailer = `... ${hidden} more character${hidden > 1 ? 's' : ''}`;
  }
  const room = ctx.breakLength - ctx.indentation - 4;
  if (ctx.compact !== true && text.length > MIN_LINE_WIDTH && text.length > room) {
    const lines = text.split(/(?<=\n)/);
    const joint = ` +\n${' '.repeat(ctx.indentation + 2)}`;
    return lines.map((line) => stylize(quote(line), 'string')).join(joint) + trailer;
  }
  return stylize(quote(text), 'string') + trailer;
}

function formatPrimitive(stylize, value, ctx) {
  switch (typeof value) {
    case 'string':
      return formatString(stylize, value, ctx);
    case 'number':
      return formatNumber(stylize, value, ctx.numericSeparator);
    case 'bigint':
      return formatBigInt(stylize, value, ctx.numericSeparator);
    case 'boolean':
      return stylize(`${value}`, 'boolean');
    case 'undefined':
      return stylize('undefined', 'undefined');
    default:
      return stylize(escapeText(Symbol.prototype.toString.call(value)), 'symbol');
  }
}

function fitsOneLine(ctx, parts, start, base) {
  // Each part costs a comma; the two braces and blanks are in `start`.
  let total = parts.length + start;
  if (total + parts.length > ctx.breakLength) return false;
  for (let i = 0; i < parts.length; i++) {
    total += ctx.colors ? stripEscapes(parts[i]).length : parts[i].length;
    if (total > ctx.breakLength) return false;
  }
  return base === '' || !base.includes('\n');
}

/** How many columns look about square, within the line and what `compact` allows. */
function columnCount(ctx, itemWidth, totalLength, count, listed) {
  const heightOfChar = 2.5;
  const bias = Math.sqrt(itemWidth - totalLength / listed);
  const biased = Math.max(itemWidth - 3 - bias, 1);
  return Math.min(
    Math.round(Math.sqrt(heightOfChar * biased * count) / biased),
    Math.floor((ctx.breakLength - ctx.indentation) / itemWidth),
    ctx.compact * 4,
    15,
  );
}

/** Puts many short array items into aligned columns, several to a line. */
function groupItems(ctx, parts, value) {
  // The note about hidden items, when there is one, keeps a line of its own.
  const hasNote = ctx.maxArrayLength < parts.length;
  const count = hasNote ? parts.length - 1 : parts.length;
  const gap = 2;
  const widths = new Array(count);
  let totalLength = 0;
  let widest = 0;
  for (let i = 0; i < count; i++) {
    const width = stringWidth(parts[i], ctx.colors);
    widths[i] = width;
    totalLength += width + gap;
    if (width > widest) widest = width;
  }
  const itemWidth = widest + gap;
  const worthIt = itemWidth * 3 + ctx.indentation < ctx.breakLength && (totalLength / itemWidth > 5 || widest <= 6);
  if (!worthIt) return parts;
  const columns = columnCount(ctx, itemWidth, totalLength, count, parts.length);
  if (columns <= 1) return parts;

  const columnWidths = [];
  for (let column = 0; column < columns; column++) {
    let width = 0;
    for (let i = column; i < count; i += columns) width = Math.max(width, widths[i]);
    columnWidths.push(width + gap);
  }
  const alignRight = value !== undefined && allNumbers(value, parts.length);
  const lines = [];
  for (let start = 0; start < count; start += columns) {
    lines.push(groupLine(parts, widths, columnWidths, start, Math.min(start + columns, count), alignRight));
  }
  if (hasNote) lines.push(parts[count]);
  return lines;
}

function allNumbers(value, length) {
  for (let i = 0; i < length; i++) {
    if (typeof value[i] !== 'number' && typeof value[i] !== 'bigint') return false;
  }
  return true;
}

function groupLine(parts, widths, columnWidths, start, end, alignRight) {
  let line = '';
  for (let i = start; i < end; i++) {
    const last = i === end - 1;
    // Escape sequences have length but no width.
    const width = columnWidths[i - start] + parts[i].length - widths[i];
    if (alignRight) line += last ? parts[i].padStart(width - 2) : `${parts[i]}, `.padStart(width);
    else line += last ? parts[i] : `${parts[i]}, `.padEnd(width);
  }
  return line;
}

/** Joins the parts of one object between its braces: on one line where they fit, else one line each. */
function joinParts(ctx, parts, base, braces, kind, depth, value) {
  const lead = base ? `${base} ` : '';
  if (ctx.compact === true) return joinTight(ctx, parts, base, braces);
  let shown = parts;
  if (typeof ctx.compact === 'number' && ctx.compact >= 1) {
    if (kind === kArrayExtras && parts.length > 6) shown = groupItems(ctx, parts, value);
    // Only the innermost `compact` levels may share a line, and never what was grouped into columns.
    if (ctx.currentDepth - depth < ctx.compact && shown.length === parts.length) {
      const start = shown.length + ctx.indentation + braces[0].length + base.length + 10;
      if (fitsOneLine(ctx, shown, start, base)) {
        const joined = shown.join(', ');
        if (!joined.includes('\n')) return `${lead}${braces[0]} ${joined} ${braces[1]}`;
      }
    }
  }
  const newline = `\n${' '.repeat(ctx.indentation)}`;
  return `${lead}${braces[0]}${newline}  ${shown.join(`,${newline}  `)}${newline}${braces[1]}`;
}

function joinTight(ctx, parts, base, braces) {
  if (fitsOneLine(ctx, parts, 0, base)) {
    return `${braces[0]}${base ? ` ${base}` : ''} ${parts.join(', ')} ${braces[1]}`;
  }
  const indent = ' '.repeat(ctx.indentation);
  const first = base === '' && braces[0].length === 1 ? ' ' : `${base ? ` ${base}` : ''}\n${indent}  `;
  return `${braces[0]}${first}${parts.join(`,\n${indent}  `)} ${braces[1]}`;
}

module.exports = {
  escapeText,
  formatBigInt,
  formatNumber,
  formatPrimitive,
  joinParts,
  kArrayExtras,
  kArrayItem,
  kObject,
  quote,
};
