// node:querystring: legacy query strings.

const { codes } = require('internal/errors');

const HEX = /^[0-9A-Fa-f]{2}$/;

/** Bytes of a percent-encoded text; what is no escape stays as it is. Characters above one byte are cut, as in Node. */
function unescapeBuffer(text, decodeSpaces) {
  const { Buffer } = require('node/buffer');
  const bytes = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '%' && HEX.test(text.slice(i + 1, i + 3))) {
      bytes[length++] = parseInt(text.slice(i + 1, i + 3), 16);
      i += 2;
    } else {
      bytes[length++] = decodeSpaces && char === '+' ? 32 : text.charCodeAt(i);
    }
  }
  return bytes.slice(0, length);
}

function unescape(text, decodeSpaces) {
  try {
    return decodeURIComponent(text);
  } catch {
    return querystring.unescapeBuffer(text, decodeSpaces).toString();
  }
}

// As encodeURIComponent, but for lone surrogates, which are an error of the caller.
function escape(value) {
  let text = value;
  if (typeof text !== 'string') text = typeof text === 'object' ? String(text) : `${text}`;
  try {
    return encodeURIComponent(text);
  } catch {
    throw new codes.ERR_INVALID_URI();
  }
}

function primitiveText(value) {
  switch (typeof value) {
    case 'string': return value;
    case 'number': return Number.isFinite(value) ? `${value}` : '';
    case 'bigint': return `${value}`;
    case 'boolean': return value ? 'true' : 'false';
    default: return '';
  }
}

function stringify(object, separator, equals, options) {
  const sep = separator || '&';
  const eq = equals || '=';
  const encode = typeof options?.encodeURIComponent === 'function' ? options.encodeURIComponent : querystring.escape;
  if (object === null || typeof object !== 'object') return '';
  const pairs = [];
  const keys = Object.keys(object);
  for (let i = 0; i < keys.length; i++) {
    const value = object[keys[i]];
    const head = encode(primitiveText(keys[i])) + eq;
    if (Array.isArray(value)) {
      for (let j = 0; j < value.length; j++) pairs.push(head + encode(primitiveText(value[j])));
    } else {
      pairs.push(head + encode(primitiveText(value)));
    }
  }
  return pairs.join(sep);
}

function safeDecode(decode, text) {
  try {
    return decode(text);
  } catch {
    return querystring.unescape(text, true);
  }
}

function parse(text, separator, equals, options) {
  const result = { __proto__: null };
  if (typeof text !== 'string' || text.length === 0) return result;
  const sep = separator ? String(separator) : '&';
  const eq = equals ? String(equals) : '=';
  let limit = 1000;
  if (typeof options?.maxKeys === 'number') limit = options.maxKeys > 0 ? options.maxKeys : Infinity;
  const custom = typeof options?.decodeURIComponent === 'function' ? options.decodeURIComponent : undefined;
  const decode = custom ?? querystring.unescape;
  // An own decoder is asked about every part, the usual one only where there is something to decode.
  const read = (part) => {
    const spaced = part.includes('+') ? part.replaceAll('+', custom === undefined ? ' ' : '%20') : part;
    return custom !== undefined || spaced.includes('%') ? safeDecode(decode, spaced) : spaced;
  };
  let count = 0;
  for (const pair of text.split(sep)) {
    if (pair.length === 0) continue;
    if (count++ >= limit) break;
    const at = pair.indexOf(eq);
    const key = read(at === -1 ? pair : pair.slice(0, at));
    const value = at === -1 ? '' : read(pair.slice(at + eq.length));
    if (!Object.hasOwn(result, key)) result[key] = value;
    else if (Array.isArray(result[key])) result[key].push(value);
    else result[key] = [result[key], value];
  }
  return result;
}

const querystring = { unescapeBuffer, unescape, escape, stringify, encode: stringify, parse, decode: parse };

module.exports = querystring;
