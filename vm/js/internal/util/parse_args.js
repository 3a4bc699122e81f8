// util.parseArgs: command-line arguments into options, positionals and tokens.

const { codes } = require('internal/errors');
const {
  validateArray, validateBoolean, validateBooleanArray, validateObject, validateString, validateStringArray,
  validateUnion,
} = require('internal/validators');
const hasOwn = Function.prototype.call.bind(Object.prototype.hasOwnProperty);

const own = (object, key) => (hasOwn(object, key) ? object[key] : undefined);

function mainArgs() {
  const { argv } = require('node/process');
  return argv.slice(2);
}

function checkOptions(options) {
  for (const [name, config] of Object.entries(options)) {
    const path = `options.${name}`;
    validateObject(config, path);
    validateUnion(own(config, 'type'), `${path}.type`, ['string', 'boolean']);
    if (hasOwn(config, 'short')) {
      validateString(config.short, `${path}.short`);
      if (config.short.length !== 1) {
        throw new codes.ERR_INVALID_ARG_VALUE(`${path}.short`, config.short, 'must be a single character');
      }
    }
    const multiple = own(config, 'multiple');
    if (hasOwn(config, 'multiple')) validateBoolean(multiple, `${path}.multiple`);
    const fallback = own(config, 'default');
    if (fallback !== undefined) checkDefault(config.type, multiple, fallback, `${path}.default`);
  }
}

function checkDefault(type, multiple, fallback, path) {
  if (type === 'string') (multiple ? validateStringArray : validateString)(fallback, path);
  else (multiple ? validateBooleanArray : validateBoolean)(fallback, path);
}

function longNameOf(short, options) {
  const found = Object.entries(options).find(([, config]) => own(config, 'short') === short);
  return found === undefined ? short : found[0];
}

const typeOf = (name, options) => (hasOwn(options, name) ? own(options[name], 'type') : undefined);
const isLoneShort = (arg) => arg.length === 2 && arg[0] === '-' && arg[1] !== '-';
const isShortGroup = (arg) => arg.length > 2 && arg[0] === '-' && arg[1] !== '-';
const isLone = (arg) => arg.length > 2 && arg.startsWith('--') && !arg.includes('=', 3);
const isLongWithValue = (arg) => arg.length > 2 && arg.startsWith('--') && arg.includes('=', 3);

/** Splits the arguments into tokens of kinds option, positional and option-terminator. */
function tokenize(args, options) {
  const tokens = [];
  const rest = args.slice();
  let index = -1;
  // Shorts expanded from one group share that argument's index.
  let grouped = 0;
  const takeValue = (name) => {
    if (typeOf(name, options) !== 'string' || rest.length === 0 || rest[0] === undefined) return undefined;
    return rest[0] === null ? undefined : rest.shift();
  };
  while (rest.length > 0) {
    const arg = rest.shift();
    if (grouped > 0) grouped--;
    else index++;
    if (arg === '--') {
      tokens.push({ kind: 'option-terminator', index });
      for (const value of rest) tokens.push({ kind: 'positional', index: ++index, value });
      break;
    }
    if (isLoneShort(arg)) {
      const name = longNameOf(arg[1], options);
      const value = takeValue(name);
      tokens.push({ kind: 'option', name, rawName: arg, index, value, inlineValue: value === undefined ? undefined : false });
      if (value !== undefined) index++;
    } else if (isShortGroup(arg)) {
      const expanded = expandGroup(arg, options);
      if (expanded.value !== undefined) {
        tokens.push({
          kind: 'option', name: expanded.name, rawName: arg.slice(0, 2), index, value: expanded.value, inlineValue: true,
        });
      } else {
        rest.unshift(...expanded.args);
        grouped = expanded.args.length;
      }
    } else if (isLone(arg)) {
      const name = arg.slice(2);
      const value = takeValue(name);
      tokens.push({ kind: 'option', name, rawName: arg, index, value, inlineValue: value === undefined ? undefined : false });
      if (value !== undefined) index++;
    } else if (isLongWithValue(arg)) {
      const at = arg.indexOf('=', 3);
      const name = arg.slice(2, at);
      tokens.push({ kind: 'option', name, rawName: `--${name}`, index, value: arg.slice(at + 1), inlineValue: true });
    } else {
      tokens.push({ kind: 'positional', index, value: arg });
    }
  }
  return tokens;
}

/** `-abc` is `-a -b -c`, or `-a` with the value `bc` when a takes one. */
function expandGroup(arg, options) {
  const first = longNameOf(arg[1], options);
  if (typeOf(first, options) === 'string') return { name: first, value: arg.slice(2) };
  const args = [];
  for (let i = 1; i < arg.length; i++) {
    const name = longNameOf(arg[i], options);
    if (typeOf(name, options) === 'string' && i < arg.length - 1) {
      // A value glued to an option within the group: leave it to the next round as `-fVALUE`.
      args.push(`-${arg.slice(i)}`);
      break;
    }
    args.push(`-${arg[i]}`);
  }
  return { args };
}

function checkToken(token, options) {
  const { name, rawName, value, inlineValue } = token;
  const type = typeOf(name, options);
  const short = hasOwn(options, name) && own(options[name], 'short');
  const shown = `${short ? `-${short}, ` : ''}--${name}`;
  if (type === 'string' && typeof value !== 'string') {
    throw new codes.ERR_PARSE_ARGS_INVALID_OPTION_VALUE(`Option '${shown} <value>' argument missing`);
  }
  if (type === 'boolean' && value != null) {
    throw new codes.ERR_PARSE_ARGS_INVALID_OPTION_VALUE(`Option '${shown}' does not take an argument`);
  }
  if (type === 'string' && inlineValue === false && value.length > 1 && value[0] === '-') {
    const dashed = rawName.startsWith('--') ? `'${rawName}=-XYZ'` : `'--${name}=-XYZ' or '${rawName}-XYZ'`;
    throw new codes.ERR_PARSE_ARGS_INVALID_OPTION_VALUE(
      `Option '${rawName}' argument is ambiguous.\n` +
      `Did you forget to specify the option argument for '${rawName}'?\n` +
      `To specify an option argument starting with a dash use ${dashed}.`);
  }
}

function store(name, value, options, values, allowNegative) {
  if (name === '__proto__') return;
  let key = name;
  let stored = value ?? true;
  if (allowNegative && value === undefined && !hasOwn(options, name) && name.startsWith('no-')) {
    key = name.slice(3);
    stored = false;
  }
  if (hasOwn(options, key) && options[key].multiple) (values[key] ??= []).push(stored);
  else values[key] = stored;
}

function parseArgs(config = { __proto__: null }) {
  validateObject(config, 'config');
  const args = own(config, 'args') ?? mainArgs();
  const strict = own(config, 'strict') ?? true;
  const allowPositionals = own(config, 'allowPositionals') ?? !strict;
  const returnTokens = own(config, 'tokens') ?? false;
  const allowNegative = own(config, 'allowNegative') ?? false;
  const options = own(config, 'options') ?? { __proto__: null };
  validateArray(args, 'args');
  validateBoolean(strict, 'strict');
  validateBoolean(allowPositionals, 'allowPositionals');
  validateBoolean(returnTokens, 'tokens');
  validateBoolean(allowNegative, 'allowNegative');
  validateObject(options, 'options');
  checkOptions(options);

  const tokens = tokenize(args, options);
  const result = { values: { __proto__: null }, positionals: [] };
  if (returnTokens) result.tokens = tokens;
  for (const token of tokens) {
    if (token.kind === 'option') {
      if (strict) checkKnown(token, options, allowPositionals, allowNegative);
      if (strict) checkToken(token, options);
      store(token.name, token.value, options, result.values, allowNegative);
    } else if (token.kind === 'positional') {
      if (!allowPositionals) throw new codes.ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL(token.value);
      result.positionals.push(token.value);
    }
  }
  for (const name of Object.keys(options)) {
    const fallback = own(options[name], 'default');
    if (fallback !== undefined && name !== '__proto__' && result.values[name] === undefined) {
      result.values[name] = fallback;
    }
  }
  return result;
}

function checkKnown(token, options, allowPositionals, allowNegative) {
  if (hasOwn(options, token.name)) return;
  const positive = token.name.slice(3);
  if (allowNegative && token.name.startsWith('no-') && typeOf(positive, options) === 'boolean') return;
  throw new codes.ERR_PARSE_ARGS_UNKNOWN_OPTION(token.rawName, allowPositionals);
}

module.exports = { parseArgs };
