// Values on a native port, without a MessagePort: what a worker and its parent say to each other beside the user's messages.

const { listen } = require('internal/ports');
const { write } = require('internal/clone/write');
const { read } = require('internal/clone/read');

const native = binding('messaging');

/** Sends a value; `transfer` moves with it. */
function send(number, value, transfer) {
  write(value, transfer, (...parts) => native.post(number, ...parts));
}

/** The value that has arrived, without waiting; undefined if there is none. */
function receiveNow(number) {
  const parts = native.take(number);
  return parts === undefined ? undefined : read(parts);
}

/** `heard(value)` for each that arrives. The port keeps nobody alive. */
function onValue(number, heard) {
  listen(number, (parts) => { if (parts !== undefined) heard(read(parts)); });
  native.receive(number, true);
}

module.exports = { onValue, receiveNow, send };
