// util.format: printf-like placeholders, the rest inspected. The path of every console call, so strings and numbers
// never load inspect.

let inspectModule;

function getInspect() {
  return (inspectModule ??= require('internal/util/inspect'));
}

function numberText(value, options) {
  const { formatNumber } = require('internal/util/inspect_layout');
  return formatNumber((text) => text, value, options?.numericSeparator ?? defaultSeparator());
}

function bigintText(value, options) {
  const { formatBigInt } = require('internal/util/inspect_layout');
  return formatBigInt((text) => text, value, options?.numericSeparator ?? defaultSeparator());
}

function defaultSeparator() {
  return inspectModule === undefined ? false : inspectModule.inspectDefaultOptions.numericSeparator;
}

function show(value, options, overrides) {
  return getInspect().inspect(value, { ...options, ...overrides });
}

function toJson(value) {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // Each engine words it differently; what it must not hide are errors of toJSON.
    if (error instanceof TypeError && /circular|cyclic/i.test(error.message)) return '[Circular]';
    throw error;
  }
}

function stringArg(value, options) {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value, options);
  if (typeof value === 'bigint') return bigintText(value, options);
  if (typeof value !== 'object' || value === null || !getInspect().hasBuiltInToString(value)) return String(value);
  return show(value, options, { depth: 0, colors: false, compact: 3 });
}

function integerArg(value, options) {
  if (typeof value === 'bigint') return bigintText(value, options);
  return typeof value === 'symbol' ? 'NaN' : numberText(Number.parseInt(value), options);
}

function decimalArg(value, options) {
  if (typeof value === 'bigint') return bigintText(value, options);
  return typeof value === 'symbol' ? 'NaN' : numberText(Number(value), options);
}

/** The text for one placeholder, or undefined when `letter` is none. */
function placeholder(letter, value, options) {
  switch (letter) {
    case 's': return stringArg(value, options);
    case 'j': return toJson(value);
    case 'd': return decimalArg(value, options);
    case 'i': return integerArg(value, options);
    case 'f': return typeof value === 'symbol' ? 'NaN' : numberText(Number.parseFloat(value), options);
    case 'O': return show(value, options);
    case 'o': return show(value, options, { showHidden: true, showProxy: true, depth: 4 });
    case 'c': return '';
    default: return undefined;
  }
}

/** Fills the placeholders of the first argument; returns [text, index of the first argument that is left]. */
function fillTemplate(template, args, options) {
  let text = '';
  let last = 0;
  let used = 1;
  for (let i = template.indexOf('%'); i !== -1 && i < template.length - 1; i = template.indexOf('%', i)) {
    const letter = template[i + 1];
    if (letter === '%') {
      // With no arguments left `%%` still becomes one sign.
      text += `${template.slice(last, i)}%`;
      last = i += 2;
      continue;
    }
    const filled = used < args.length ? placeholder(letter, args[used], options) : undefined;
    if (filled === undefined && !(letter === 'j' && used < args.length)) {
      i += 1;
      continue;
    }
    text += template.slice(last, i) + filled;
    used += 1;
    last = i += 2;
  }
  return [text + template.slice(last), used];
}

function formatWithOptionsInternal(options, args) {
  const first = args[0];
  if (args.length === 1) return typeof first === 'string' ? first : show(first, options, PLAIN_DEFAULTS(options));
  let text = '';
  let next = 0;
  let joint = '';
  if (typeof first === 'string') {
    if (first.includes('%')) [text, next] = fillTemplate(first, args, options);
    else [text, next] = [first, 1];
    joint = ' ';
  }
  for (; next < args.length; next++) {
    const value = args[next];
    text += joint + (typeof value === 'string' ? value : show(value, options, PLAIN_DEFAULTS(options)));
    joint = ' ';
  }
  return text;
}

// Layout of console lines does not follow changed defaults of compact, colors and depth.
function PLAIN_DEFAULTS(options) {
  return { compact: 3, colors: false, depth: 2, ...options };
}

function format(...args) {
  return formatWithOptionsInternal(undefined, args);
}

function formatWithOptions(options, ...args) {
  require('internal/validators').validateObject(options, 'inspectOptions', 2);
  return formatWithOptionsInternal(options, args);
}

module.exports = { format, formatWithOptions, formatArgs: formatWithOptionsInternal };
