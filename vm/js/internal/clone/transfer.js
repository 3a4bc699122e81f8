// What is transferred: reading the list, and taking things from their owner once everything else has succeeded.

const native = binding('messaging');
const types = require('internal/util/types');
const { dataCloneError, tags } = require('internal/clone/kinds');
const { Writer, markAsUncloneable } = require('internal/clone/writer');
const { Reader } = require('internal/clone/reader');

const takeBytes = ArrayBuffer.prototype.transfer;
const { apply } = Reflect;
const untransferable = new WeakSet();

function markAsUntransferable(object) {
  if ((typeof object === 'object' && object !== null) || typeof object === 'function') untransferable.add(object);
}

const isMarkedAsUntransferable = (object) => untransferable.has(object);

/** What the list has: how each is written where the value has it, by object. `source`: the port it is sent by. */
class Moved {
  constructor(source) {
    this.source = source;
    this.items = new Map();
    this.buffers = [];
    this.ports = [];
    /** Streams are taken apart only after everything that can fail. */
    this.streams = [];
    this.streamPorts = 0;
  }

  get(object) { return this.items.get(object); }

  add(item) {
    if (this.items.has(item)) throw dataCloneError(duplicateText(item));
    if (untransferable.has(item)) throw dataCloneError('An object that was marked as untransferable cannot be transferred.');
    if (types.isArrayBuffer(item)) this.addBuffer(item);
    else if (!this.addPort(item) && !this.addStream(item)) throw dataCloneError('Found invalid object in transferList');
  }

  addBuffer(buffer) {
    const index = this.buffers.length;
    this.buffers.push(buffer);
    this.items.set(buffer, { write: (writer) => {
      if (buffer.detached) throw dataCloneError('An ArrayBuffer is detached and could not be cloned.');
      writer.tag(tags.MOVED);
      writer.uint(index);
    } });
  }

  addPort(port) {
    const number = require('web/message_channel').numberOf(port);
    if (number === undefined) return false;
    if (port === this.source) throw dataCloneError('Transfer list contains source port');
    if (number === 0) throw dataCloneError('MessagePort in transfer list is already detached');
    const index = this.ports.length;
    this.ports.push(port);
    this.items.set(port, { write: (writer) => {
      writer.tag(tags.PORT);
      writer.uint(index);
    } });
    return true;
  }

  /** Without ports: a stream gets them when it is known that all goes well. */
  addStream(stream) {
    const streams = require('internal/clone/streams');
    const kind = streams.kindOf(stream);
    if (kind === -1) return false;
    streams.check(stream, kind);
    const before = this.streamPorts;
    this.streamPorts += kind === streams.TRANSFORM ? 2 : 1;
    this.streams.push({ stream, kind });
    // The whole list has been read by then: its own ports come first.
    this.items.set(stream, { write: (writer) => streams.write(writer, kind, this.ports.length + before) });
    return true;
  }

  /** Takes the bytes of the buffers from them. */
  takeBuffers() {
    return this.buffers.map((buffer) => apply(takeBytes, buffer, []));
  }

  /** The numbers of the ports, which are no ports of this realm any more. */
  takePorts() {
    const { release } = require('web/message_channel');
    const joined = this.streams.flatMap(({ stream, kind }) => require('internal/clone/streams').detach(stream, kind));
    return [...this.ports, ...joined].map(release);
  }
}

function duplicateText(item) {
  return types.isArrayBuffer(item) ? 'Transfer list contains duplicate ArrayBuffer' : 'Transfer list contains duplicate object';
}

/** `list` as things to move, or undefined; `name` is what errors call it. */
function readList(list, name, source) {
  if (list === undefined || list === null) return undefined;
  if (typeof list !== 'object' || typeof list[Symbol.iterator] !== 'function') throw notIterable(name);
  const items = [...list];
  if (items.length === 0) return undefined;
  const moved = new Moved(source);
  for (const item of items) moved.add(item);
  return moved;
}

function notIterable(name) {
  const error = new TypeError(`Optional ${name} argument must be an iterable`);
  error.code = 'ERR_INVALID_ARG_TYPE';
  return error;
}

function written(value, moved, isLocal) {
  const writer = new Writer(moved, isLocal);
  writer.writeAll(value);
  return writer;
}

/** A copy of `value` in this realm. */
function copy(value, moved) {
  const writer = written(value, moved, true);
  const { shared, same } = writer;
  const came = { buffers: undefined, ports: undefined, shared: undefined, same, hidden: [] };
  if (shared.length > 0) came.shared = binding('atomics').again(shared);
  if (moved !== undefined) {
    const { adopt } = require('web/message_channel');
    came.buffers = moved.takeBuffers();
    came.ports = moved.takePorts().map((number) => adopt(native.move(number)));
  }
  const result = new Reader(writer.bytes, writer.strings, came).read();
  writer.recycle();
  return result;
}

/** Sends `value` by a native port. */
function post(number, value, moved) {
  const writer = written(value, moved, false);
  const { strings, shared } = writer;
  const text = strings.length === 1 ? strings[0] : strings.join('');
  const buffers = moved?.takeBuffers();
  const ports = moved?.takePorts();
  const result = native.post(number, writer.bytes, writer.at, text, buffers, ports, shared.length > 0 ? shared : undefined);
  writer.recycle();
  return result;
}

/** What the parts of an envelope hold: the value, and the ports that came with it. */
function unpack(parts) {
  const numbers = parts[3];
  const ports = numbers === undefined ? [] : numbers.map((number) => require('web/message_channel').adopt(number));
  const came = { buffers: parts[2], ports, shared: parts[4], same: undefined, hidden: [] };
  const data = new Reader(parts[0], parts[1], came).read();
  return { data, ports: came.hidden.length === 0 ? ports : ports.filter((port) => !came.hidden.includes(port)) };
}

module.exports = { copy, isMarkedAsUntransferable, markAsUncloneable, markAsUntransferable, post, readList, unpack };
