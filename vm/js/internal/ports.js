// Message ports by their native numbers: where messages arrive, and how a number becomes a `MessagePort`.

const native = binding('messaging');

/** What receives, by number. */
const open = new Map();

/**
 * Something that receives: `heard(parts)` is called for each message, with undefined when there will be no more; then it is forgotten.
 * The parts are for `internal/clone/read`.
 */
function listen(number, heard) {
  open.set(number, heard);
}

function forget(number) {
  open.delete(number);
}

native.setDeliver((number, parts) => {
  const heard = open.get(number);
  if (heard === undefined) return;
  if (parts === undefined) open.delete(number);
  heard(parts);
});

/** Makes the `MessagePort` of a native port that this realm reads from now on. */
function adopt(number) {
  return require('web/message_channel').adopt(number);
}

module.exports = { adopt, forget, listen };
