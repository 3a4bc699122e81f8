// Asymmetric matchers: `expect.any(Number)` and its kin, values that decide themselves what they are equal to.
//
// Owns them; expect.js has the statics that make them. format.js prints them by the marker `$$typeof`.

const { equals, hasInherited, keysOf } = require('harness/equality');
const { ASYMMETRIC } = require('harness/format');

class AsymmetricMatcher {
  constructor(sample, inverse = false) {
    Object.defineProperty(this, '$$typeof', { value: ASYMMETRIC });
    this.sample = sample;
    this.inverse = inverse;
  }

  asymmetricMatch(other) {
    return this.matches(other) !== this.inverse;
  }

  /** The name with or without `Not`. */
  named(prefix, rest) {
    return `${prefix}${this.inverse ? 'Not' : ''}${rest}`;
  }
}

class Any extends AsymmetricMatcher {
  constructor(sample) {
    if (sample === undefined) throw new TypeError('any() needs a constructor; expect.anything() matches everything');
    super(sample);
  }

  matches(other) {
    switch (this.sample) {
      case String:
        return typeof other === 'string' || other instanceof String;
      case Number:
        return typeof other === 'number' || other instanceof Number;
      case Function:
        return typeof other === 'function';
      case Boolean:
        return typeof other === 'boolean' || other instanceof Boolean;
      case BigInt:
        return typeof other === 'bigint';
      case Symbol:
        return typeof other === 'symbol';
      case Object:
        return typeof other === 'object';
      case Array:
        return Array.isArray(other);
      default:
        return other instanceof this.sample;
    }
  }

  toString() {
    return 'Any';
  }

  getExpectedType() {
    const names = new Map([[String, 'string'], [Number, 'number'], [Function, 'function'], [Object, 'object'], [Boolean, 'boolean'], [Array, 'array']]);
    return names.get(this.sample) ?? this.sample.name;
  }

  toAsymmetricMatcher() {
    return `Any<${this.sample.name || '<anonymous>'}>`;
  }
}

class Anything extends AsymmetricMatcher {
  matches(other) {
    return other !== null && other !== undefined;
  }

  toString() {
    return 'Anything';
  }

  toAsymmetricMatcher() {
    return 'Anything';
  }
}

class ArrayContaining extends AsymmetricMatcher {
  matches(other) {
    if (!Array.isArray(this.sample)) throw new TypeError('arrayContaining() needs an array');
    return (
      this.sample.length === 0 || (Array.isArray(other) && this.sample.every((item) => other.some((candidate) => equals(item, candidate))))
    );
  }

  toString() {
    return this.named('Array', 'Containing');
  }
}

class ArrayOf extends AsymmetricMatcher {
  matches(other) {
    return Array.isArray(other) && other.every((item) => equals(this.sample, item));
  }

  toString() {
    return this.named('', 'ArrayOf');
  }
}

class ObjectContaining extends AsymmetricMatcher {
  matches(other) {
    if (this.sample === null || typeof this.sample !== 'object') throw new TypeError('objectContaining() needs an object');
    if (other === null || other === undefined) return false;
    return keysOf(this.sample).every((key) => hasInherited(other, key) && equals(this.sample[key], other[key]));
  }

  toString() {
    return this.named('Object', 'Containing');
  }
}

class StringContaining extends AsymmetricMatcher {
  constructor(sample, inverse) {
    if (typeof sample !== 'string') throw new TypeError('stringContaining() needs a string');
    super(sample, inverse);
  }

  matches(other) {
    return typeof other === 'string' && other.includes(this.sample);
  }

  toString() {
    return this.named('String', 'Containing');
  }
}

class StringMatching extends AsymmetricMatcher {
  constructor(sample, inverse) {
    if (typeof sample !== 'string' && !(sample instanceof RegExp)) throw new TypeError('stringMatching() needs a string or a regular expression');
    super(new RegExp(sample), inverse);
  }

  matches(other) {
    if (typeof other !== 'string') return false;
    this.sample.lastIndex = 0;
    return this.sample.test(other);
  }

  toString() {
    return this.named('String', 'Matching');
  }
}

class CloseTo extends AsymmetricMatcher {
  constructor(sample, precision = 2, inverse = false) {
    if (typeof sample !== 'number') throw new TypeError('closeTo() needs a number');
    if (typeof precision !== 'number') throw new TypeError('the precision of closeTo() must be a number');
    super(sample, inverse);
    this.precision = precision;
  }

  matches(other) {
    if (typeof other !== 'number') return false;
    if (other === this.sample) return true;
    return Math.abs(this.sample - other) < 10 ** -this.precision / 2;
  }

  toString() {
    return this.named('Number', 'CloseTo');
  }

  toAsymmetricMatcher() {
    return `${this.toString()} ${this.sample} (${this.precision} digit${this.precision === 1 ? '' : 's'})`;
  }
}

/** Any predicate: `expect.toSatisfy(fn)`, `expect.toBeOneOf(list)`. */
class Predicate extends AsymmetricMatcher {
  constructor(label, sample, test) {
    super(sample);
    Object.defineProperty(this, 'test', { value: test });
    Object.defineProperty(this, 'label', { value: label });
  }

  matches(other) {
    return Boolean(this.test(other));
  }

  toString() {
    return this.label;
  }

  toAsymmetricMatcher() {
    return `${this.label}<${require('harness/format').formatInline(this.sample)}>`;
  }
}

/** A matcher of `expect.extend` used inside a value. */
class CustomMatcher extends AsymmetricMatcher {
  constructor(name, matcher, args, inverse, context) {
    super(args, inverse);
    Object.defineProperty(this, 'call', { value: (other) => matcher.call(context({ isNot: inverse, promise: '' }), other, ...args) });
    this.name = name;
  }

  matches(other) {
    const result = this.call(other);
    if (result !== null && typeof result === 'object' && typeof result.then === 'function') {
      throw new TypeError(`the asynchronous matcher "${this.name}" cannot be used inside a value`);
    }
    return result.pass;
  }

  toString() {
    return `${this.inverse ? 'not.' : ''}${this.name}`;
  }

  toAsymmetricMatcher() {
    const args = this.sample.map((arg) => require('harness/format').formatInline(arg)).join(', ');
    return `${this.toString()}<${args}>`;
  }
}

function standardSchema(schema) {
  return new Predicate('SchemaMatching', schema, (value) => {
    const result = schema['~standard'].validate(value);
    if (typeof result.then === 'function') throw new TypeError('expect.schemaMatching() cannot use a schema that validates asynchronously');
    return result.issues === undefined || result.issues.length === 0;
  });
}

const makers = {
  __proto__: null,
  any: (sample) => new Any(sample),
  anything: () => new Anything(),
  arrayContaining: (sample) => new ArrayContaining(sample),
  arrayOf: (sample) => new ArrayOf(sample),
  objectContaining: (sample) => new ObjectContaining(sample),
  stringContaining: (sample) => new StringContaining(sample),
  stringMatching: (sample) => new StringMatching(sample),
  closeTo: (sample, precision) => new CloseTo(sample, precision),
  toSatisfy: (test) => new Predicate('toSatisfy', test, test),
  toBeOneOf: (list) => new Predicate('toBeOneOf', list, (value) => Array.from(list).some((item) => equals(item, value))),
  schemaMatching: standardSchema,
  notArrayContaining: (sample) => new ArrayContaining(sample, true),
  notArrayOf: (sample) => new ArrayOf(sample, true),
  notObjectContaining: (sample) => new ObjectContaining(sample, true),
  notStringContaining: (sample) => new StringContaining(sample, true),
  notStringMatching: (sample) => new StringMatching(sample, true),
  notCloseTo: (sample, precision) => new CloseTo(sample, precision, true),
};

/** Makes one: the statics of `expect` by name, those of `expect.not` after `not`. */
function make(name, sample, more) {
  return makers[name](sample, more);
}

module.exports = { AsymmetricMatcher, CustomMatcher, make };
