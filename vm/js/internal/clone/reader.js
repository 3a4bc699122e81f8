// Reads what the writer wrote. Runs no code of the user: all objects are new, and properties are defined where a setter could hear of it.

const { errors, tags, views } = require('internal/clone/kinds');
const { setStack } = require('internal/errors_stack');

const { defineProperty } = Object;
const BytesArray = Uint8Array;
const Buffer = ArrayBuffer;
const number = new Float64Array(1);
const numberBytes = new Uint8Array(number.buffer);
const plain = Object.prototype;

function show(object, key, value) {
  defineProperty(object, key, { __proto__: null, value, writable: true, configurable: true, enumerable: true });
}

function hide(object, key, value) {
  defineProperty(object, key, { __proto__: null, value, writable: true, configurable: true, enumerable: false });
}

class Reader {
  /**
   * `strings` is an array of them or the text of all; `moved` what came along: `{ buffers, ports, shared, same }`, arrays or undefined, and `hidden` for the
   * ports that became something else.
   */
  constructor(bytes, strings, moved) {
    this.bytes = bytes;
    this.at = 0;
    this.strings = strings;
    this.isText = typeof strings === 'string';
    this.next = 0;
    this.moved = moved;
    this.objects = [];
    this.keys = [];
  }

  uint() {
    const { bytes } = this;
    let byte = bytes[this.at++];
    if (byte < 128) return byte;
    let value = byte & 127;
    let scale = 128;
    do {
      byte = bytes[this.at++];
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte > 127);
    return value;
  }

  double() {
    for (let i = 0; i < 8; i++) numberBytes[i] = this.bytes[this.at + i];
    this.at += 8;
    return number[0];
  }

  string() {
    const length = this.uint();
    if (!this.isText) return this.strings[this.next++];
    const start = this.next;
    this.next += length;
    return this.strings.substring(start, this.next);
  }

  /** A copy of bytes. */
  blob() {
    const length = this.uint();
    const copy = this.bytes.slice(this.at, this.at + length);
    this.at += length;
    return copy;
  }

  keep(object) {
    this.objects[this.objects.length] = object;
    return object;
  }

  read() {
    const tag = this.bytes[this.at++];
    switch (tag) {
      case tags.UNDEFINED: return undefined;
      case tags.NULL: return null;
      case tags.TRUE: return true;
      case tags.FALSE: return false;
      case tags.INT: {
        const zigzag = this.uint();
        return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
      }
      case tags.DOUBLE: return this.double();
      case tags.STRING: return this.string();
      case tags.BIGINT: return BigInt(this.string());
      case tags.REF: return this.objects[this.uint()];
      case tags.OBJECT: return this.properties(this.keep({}));
      case tags.ARRAY: return this.array();
      default: return readBuiltIn[tag](this);
    }
  }

  properties(object) {
    for (;;) {
      const code = this.uint();
      if (code === 0) return object;
      let key;
      if (code === 1) {
        const name = this.string();
        // What objects inherit may have a setter.
        key = { name, isInherited: name in plain };
        this.keys[this.keys.length] = key;
      } else {
        key = this.keys[code - 2];
      }
      const value = this.read();
      if (key.isInherited) show(object, key.name, value);
      else object[key.name] = value;
    }
  }

  array() {
    const length = this.uint();
    const array = this.keep([]);
    array.length = length;
    for (let i = 0; i < length; i++) {
      if (this.bytes[this.at] === tags.HOLE) this.at += 1;
      else array[i] = this.read();
    }
    return this.properties(array);
  }
}

/** By tag. */
const readBuiltIn = [];

readBuiltIn[tags.SPARSE] = (reader) => {
  const array = reader.keep([]);
  array.length = reader.uint();
  return reader.properties(array);
};

readBuiltIn[tags.DATE] = (reader) => reader.keep(new Date(reader.double()));

readBuiltIn[tags.REGEXP] = (reader) => {
  const source = reader.string();
  return reader.keep(new RegExp(source, reader.string()));
};

readBuiltIn[tags.BOXED] = (reader) => {
  const place = reader.objects.length;
  reader.keep(undefined);
  return (reader.objects[place] = Object(reader.read()));
};

readBuiltIn[tags.MAP] = (reader) => {
  const map = reader.keep(new Map());
  for (let left = reader.uint(); left > 0; left--) {
    const key = reader.read();
    map.set(key, reader.read());
  }
  return map;
};

readBuiltIn[tags.SET] = (reader) => {
  const set = reader.keep(new Set());
  for (let left = reader.uint(); left > 0; left--) set.add(reader.read());
  return set;
};

readBuiltIn[tags.BUFFER] = (reader) => reader.keep(reader.blob().buffer);

readBuiltIn[tags.RESIZABLE] = (reader) => {
  const maxByteLength = reader.uint();
  const bytes = reader.blob();
  const buffer = reader.keep(new Buffer(bytes.length, { maxByteLength }));
  new BytesArray(buffer).set(bytes);
  return buffer;
};

readBuiltIn[tags.SHARED] = (reader) => {
  const buffer = reader.moved.shared[reader.uint()];
  const isGrowable = reader.bytes[reader.at++] === 1;
  return reader.keep(require('web/shared_array_buffer').dress(buffer, isGrowable));
};

readBuiltIn[tags.MOVED] = (reader) => reader.keep(reader.moved.buffers[reader.uint()]);

readBuiltIn[tags.VIEW] = (reader) => {
  const place = reader.objects.length;
  reader.keep(undefined);
  const View = views[reader.uint()];
  const offset = reader.uint();
  const length = reader.uint();
  return (reader.objects[place] = new View(reader.read(), offset, length));
};

readBuiltIn[tags.ERROR] = (reader) => {
  const error = reader.keep(new errors[reader.uint()]());
  const has = reader.uint();
  if (has & 1) hide(error, 'message', reader.string());
  if (has & 2) setStack(error, reader.string());
  if (has & 4) hide(error, 'cause', reader.read());
  return error;
};

readBuiltIn[tags.DOM_EXCEPTION] = (reader) => {
  const { DOMException } = require('web/dom_exception');
  const message = reader.string();
  const error = reader.keep(new DOMException(message, reader.string()));
  setStack(error, reader.string());
  return error;
};

readBuiltIn[tags.BLOB] = (reader) => {
  const type = reader.string();
  return reader.keep(require('web/blob').blobOf(reader.blob(), type));
};

readBuiltIn[tags.FILE] = (reader) => {
  const type = reader.string();
  const bytes = reader.blob();
  const name = reader.string();
  return reader.keep(require('web/blob').fileOf(bytes, type, name, reader.double()));
};

readBuiltIn[tags.PORT] = (reader) => reader.keep(reader.moved.ports[reader.uint()]);

readBuiltIn[tags.STREAM] = (reader) => {
  const place = reader.objects.length;
  reader.keep(undefined);
  return (reader.objects[place] = require('internal/clone/streams').read(reader));
};

readBuiltIn[tags.SAME] = (reader) => reader.keep(reader.moved.same[reader.uint()]);

module.exports = { Reader };
