// node:punycode: RFC 3492 over arrays of code points. Must not require anything.

const MAX = 0x7fffffff;
const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const SEPARATORS = /[.\u3002\uFF0E\uFF61]/g;

const MESSAGES = {
  overflow: 'Overflow: input needs wider integers to process',
  'not-basic': 'Illegal input >= 0x80 (not a basic code point)',
  'invalid-input': 'Invalid input',
};

function fail(kind) {
  throw new RangeError(MESSAGES[kind]);
}

/** Applies `fn` to every label of a domain, or to the part behind the `@` of an address. */
function mapDomain(domain, fn) {
  const at = domain.lastIndexOf('@');
  const local = at === -1 ? '' : domain.slice(0, domain.indexOf('@') + 1);
  const rest = at === -1 ? domain : domain.split('@')[1];
  return local + rest.replace(SEPARATORS, '.').split('.').map(fn).join('.');
}

function ucs2decode(text) {
  const points = [];
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i);
    points.push(point);
    if (point > 0xffff) i++;
  }
  return points;
}

const ucs2encode = (points) => String.fromCodePoint(...points);

function digitOf(code) {
  if (code >= 0x30 && code < 0x3a) return 26 + (code - 0x30);
  if (code >= 0x41 && code < 0x5b) return code - 0x41;
  if (code >= 0x61 && code < 0x7b) return code - 0x61;
  return BASE;
}

const charOf = (digit) => String.fromCharCode(digit < 26 ? digit + 97 : digit + 22);

function adapt(delta, count, first) {
  let rest = first ? Math.floor(delta / DAMP) : delta >> 1;
  rest += Math.floor(rest / count);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) >> 1; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return Math.floor(k + ((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}

const threshold = (k, bias) => (k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias);

function decode(input) {
  const output = [];
  const basic = Math.max(0, input.lastIndexOf('-'));
  for (let i = 0; i < basic; i++) {
    if (input.charCodeAt(i) >= 0x80) fail('not-basic');
    output.push(input.charCodeAt(i));
  }
  let n = 128;
  let bias = 72;
  let i = 0;
  for (let index = basic > 0 ? basic + 1 : 0; index < input.length;) {
    const before = i;
    for (let weight = 1, k = BASE; ; k += BASE) {
      if (index >= input.length) fail('invalid-input');
      const digit = digitOf(input.charCodeAt(index++));
      if (digit >= BASE) fail('invalid-input');
      if (digit > Math.floor((MAX - i) / weight)) fail('overflow');
      i += digit * weight;
      const t = threshold(k, bias);
      if (digit < t) break;
      if (weight > Math.floor(MAX / (BASE - t))) fail('overflow');
      weight *= BASE - t;
    }
    const count = output.length + 1;
    bias = adapt(i - before, count, before === 0);
    if (Math.floor(i / count) > MAX - n) fail('overflow');
    n += Math.floor(i / count);
    i %= count;
    output.splice(i++, 0, n);
  }
  return String.fromCodePoint(...output);
}

function encode(text) {
  const points = ucs2decode(text);
  const output = points.filter((point) => point < 0x80).map((point) => String.fromCharCode(point));
  const basic = output.length;
  let handled = basic;
  if (basic > 0) output.push('-');
  let n = 128;
  let delta = 0;
  let bias = 72;
  while (handled < points.length) {
    let next = MAX;
    for (const point of points) if (point >= n && point < next) next = point;
    if (next - n > Math.floor((MAX - delta) / (handled + 1))) fail('overflow');
    delta += (next - n) * (handled + 1);
    n = next;
    for (const point of points) {
      if (point < n && ++delta > MAX) fail('overflow');
      if (point !== n) continue;
      let q = delta;
      for (let k = BASE; ; k += BASE) {
        const t = threshold(k, bias);
        if (q < t) break;
        output.push(charOf(t + ((q - t) % (BASE - t))));
        q = Math.floor((q - t) / (BASE - t));
      }
      output.push(charOf(q));
      bias = adapt(delta, handled + 1, handled === basic);
      delta = 0;
      handled++;
    }
    delta++;
    n++;
  }
  return output.join('');
}

// eslint-disable-next-line no-control-regex
const NON_ASCII = /[^\0-\x7F]/;

module.exports = {
  version: '2.1.0',
  ucs2: { decode: ucs2decode, encode: ucs2encode },
  decode,
  encode,
  toASCII: (input) => mapDomain(input, (label) => (NON_ASCII.test(label) ? `xn--${encode(label)}` : label)),
  toUnicode: (input) => mapDomain(input, (label) => (/^xn--/.test(label) ? decode(label.slice(4).toLowerCase()) : label)),
};
