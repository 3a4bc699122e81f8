// Values on a native port, without a MessagePort: what a worker and its parent say to each other beside the user's messages.

const { listen } = require('internal/ports');
const { post, readList, unpack } = require('internal/clone/transfer');

const native = binding('messaging');

/** Sends a value; what `transfer` lists moves with it. */
function send(number, value, transfer) {
  post(number, value, readList(transfer, 'transferList'));
}

/** The value that has arrived, without waiting; undefined if there is none. */
function receiveNow(number) {
  const parts = native.take(number);
  return parts === undefined ? undefined : unpack(parts).data;
}

/** `heard(value)` for each that arrives. The port keeps nobody alive. */
function onValue(number, heard) {
  listen(number, (parts) => { if (parts !== undefined) heard(unpack(parts).data); });
  native.receive(number, true);
}

module.exports = { onValue, receiveNow, send };
