// Web streams that are transferred: what was written on one side is read on the other, by a message port each way.
//
// Messages of the readable end: `{ pull }` asks for a chunk, `{ cancel }` ends it early. Of the writable end: `{ chunk }`, `{ close }`, and
// `{ abort }` when it failed. One chunk is on the way for each pull, so back-pressure reaches the other side.

const { ReadableStream, TransformStream, WritableStream } = require('dist/web_streams');
const { dataCloneError, tags } = require('internal/clone/kinds');

const KINDS = [ReadableStream, WritableStream, TransformStream];

/** The number of its kind, or -1. */
function kindOf(value) {
  return KINDS.findIndex((Class) => value instanceof Class);
}

const TRANSFORM = 2;

function halvesOf(stream, kind) {
  return kind === TRANSFORM ? [stream.readable, stream.writable] : [stream];
}

function check(stream, kind) {
  if (halvesOf(stream, kind).some((half) => half.locked)) throw dataCloneError('A locked stream cannot be transferred.');
}

/** Joins a stream with new channels, which locks it: the ports that travel. */
function detach(stream, kind) {
  return halvesOf(stream, kind).map((half) => {
    const { MessageChannel } = require('web/message_channel');
    const { port1, port2 } = new MessageChannel();
    const joined = half instanceof ReadableStream ? half.pipeTo(writableOver(port1, false)) : readableOver(port1, false).pipeTo(half);
    // What it fails with is told on the other side.
    joined.catch(() => {});
    return port2;
  });
}

/** `first`: the index of its first port. */
function write(writer, kind, first) {
  writer.tag(tags.STREAM);
  writer.uint(kind);
  for (let i = 0; i < (kind === TRANSFORM ? 2 : 1); i++) writer.uint(first + i);
}

/** The stream again, on the other side. */
function read(reader) {
  const kind = reader.uint();
  const nextPort = () => {
    const port = reader.moved.ports[reader.uint()];
    reader.moved.hidden.push(port);
    return port;
  };
  if (kind === 0) return readableOver(nextPort(), true);
  if (kind === 1) return writableOver(nextPort(), true);
  const readable = readableOver(nextPort(), true);
  return Object.setPrototypeOf(new JoinedTransform(readable, writableOver(nextPort(), true)), TransformStream.prototype);
}

/** A TransformStream of two halves: its own fields hide the class's getters. */
class JoinedTransform {
  constructor(readable, writable) {
    const fixed = (value) => ({ __proto__: null, value, enumerable: false });
    Object.defineProperties(this, { readable: fixed(readable), writable: fixed(writable) });
  }
}

/** `isWaitedFor`: a thread that reads goes on until it has its chunk. As in Node, that is so where a stream has arrived, not where it is from. */
function readableOver(port, isWaitedFor) {
  let isOver = false;
  return new ReadableStream({
    start(controller) {
      port.on('message', (message) => {
        // It may ask for the next one at once.
        port.unref();
        if ('chunk' in message) return controller.enqueue(message.chunk);
        isOver = true;
        if ('abort' in message) controller.error(message.abort);
        else controller.close();
        return port.close();
      });
      port.on('close', () => { if (!isOver) controller.error(lost()); });
      port.unref();
    },
    pull() {
      port.postMessage({ pull: true });
      if (isWaitedFor) port.ref();
    },
    cancel(reason) {
      isOver = true;
      tell(port, 'cancel', reason);
    },
  }, { highWaterMark: 0 });
}

/** `isWaitedFor`: a thread that writes goes on until its chunk is wanted. */
function writableOver(port, isWaitedFor) {
  let asked = Promise.withResolvers();
  return new WritableStream({
    start(controller) {
      port.on('message', (message) => {
        if ('cancel' in message) {
          controller.error(message.cancel);
          port.close();
        }
        asked.resolve();
      });
      // Without effect on a stream that has ended.
      port.on('close', () => {
        controller.error(lost());
        asked.resolve();
      });
      port.unref();
    },
    async write(chunk) {
      if (isWaitedFor) port.ref();
      await asked.promise;
      port.unref();
      asked = Promise.withResolvers();
      port.postMessage({ chunk });
    },
    close() { tell(port, 'close', true); },
    abort(reason) { tell(port, 'abort', reason); },
  });
}

/** The last message; of a reason that cannot be cloned, why not. */
function tell(port, what, reason) {
  try {
    port.postMessage({ [what]: reason });
  } catch (error) {
    port.postMessage({ [what]: error });
  }
  port.close();
}

function lost() {
  return dataCloneError('The other side of the stream is gone.');
}

module.exports = { TRANSFORM, check, detach, kindOf, read, write };
