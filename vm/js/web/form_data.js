// FormData, and multipart/form-data both ways.

const { Blob, File } = require('web/blob');

const stateOf = new WeakMap();

function own(form) {
  const entries = stateOf.get(form);
  if (entries === undefined) throw new TypeError('Value of "this" must be of type FormData');
  return entries;
}

function entry(name, value, fileName) {
  const key = `${name}`.toWellFormed();
  if (!(value instanceof Blob)) {
    if (fileName !== undefined) throw new TypeError("Failed to execute 'append' on 'FormData': parameter 2 is not of type 'Blob'");
    return [key, `${value}`.toWellFormed()];
  }
  if (value instanceof File && fileName === undefined) return [key, value];
  const { type, lastModified } = value;
  return [key, new File([value], fileName ?? value.name ?? 'blob', { type, lastModified })];
}

class FormData {
  constructor(form = undefined) {
    if (form !== undefined) throw new TypeError("Failed to construct 'FormData': parameter 1 is not of type 'HTMLFormElement'");
    stateOf.set(this, []);
  }

  append(name, value, fileName = undefined) {
    own(this).push(entry(name, value, fileName));
  }

  set(name, value, fileName = undefined) {
    const entries = own(this);
    const made = entry(name, value, fileName);
    const at = entries.findIndex(([key]) => key === made[0]);
    if (at === -1) {
      entries.push(made);
      return;
    }
    entries[at] = made;
    stateOf.set(this, entries.filter((other, index) => index <= at || other[0] !== made[0]));
  }

  delete(name) {
    const key = `${name}`;
    stateOf.set(this, own(this).filter(([other]) => other !== key));
  }

  get(name) {
    const key = `${name}`;
    return own(this).find(([other]) => other === key)?.[1] ?? null;
  }

  getAll(name) {
    const key = `${name}`;
    return own(this).filter(([other]) => other === key).map(([, value]) => value);
  }

  has(name) {
    const key = `${name}`;
    return own(this).some(([other]) => other === key);
  }

  forEach(callback, thisArg) {
    for (const [name, value] of own(this)) Reflect.apply(callback, thisArg, [value, name, this]);
  }

  * entries() { for (const [name, value] of own(this)) yield [name, value]; }
  * keys() { for (const [name] of own(this)) yield name; }
  * values() { for (const [, value] of own(this)) yield value; }

  get [Symbol.toStringTag]() { return 'FormData'; }
}
Object.defineProperty(FormData.prototype, Symbol.iterator, { value: FormData.prototype.entries, writable: true, configurable: true });
for (const key of ['append', 'delete', 'get', 'getAll', 'has', 'set', 'forEach', 'entries', 'keys', 'values']) {
  Object.defineProperty(FormData.prototype, key, { enumerable: true });
}

const escapeName = (name) => name.replace(/\r\n?|\n/g, '\r\n').replace(/\n/g, '%0A').replace(/\r/g, '%0D').replace(/"/g, '%22');

/** The form as one Blob, and the type that names its boundary. */
function encode(form) {
  const boundary = `----trun-form-${binding('form').boundary()}`;
  const parts = [];
  for (const [name, value] of own(form)) {
    parts.push(`--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"`);
    if (typeof value === 'string') parts.push(`\r\n\r\n${value.replace(/\r\n?|\n/g, '\r\n')}\r\n`);
    else parts.push(`; filename="${escapeName(value.name)}"\r\nContent-Type: ${value.type || 'application/octet-stream'}\r\n\r\n`, value, '\r\n');
  }
  parts.push(`--${boundary}--\r\n`);
  return { blob: new Blob(parts), type: `multipart/form-data; boundary=${boundary}` };
}

const ESCAPES = { '%22': '"', '%0A': '\n', '%0D': '\r' };
const unescapeName = (name) => name.replace(/%(?:22|0A|0D)/gi, (escape) => ESCAPES[escape.toUpperCase()]);

/** The form that `bytes` of a multipart body are. */
function decode(bytes, type) {
  const flat = binding('form').parse(bytes, type);
  if (typeof flat === 'string') throw new TypeError(`Failed to parse body as FormData: ${flat}`);
  const form = new FormData();
  for (let i = 0; i < flat.length; i += 4) {
    const [, fileName, contentType, content] = flat.slice(i, i + 4);
    const name = unescapeName(flat[i]);
    if (fileName === undefined) form.append(name, new (require('web/text_codec').TextDecoder)().decode(content));
    else form.append(name, new File([content], unescapeName(fileName), { type: contentType ?? 'text/plain' }));
  }
  return form;
}

module.exports = { FormData, decode, encode };
