// A random order of the cases of a file that is the same every time: it comes from a number and from titles alone.
//
// The children of a suite change places among themselves, cases and suites alike; a suite stays in one piece and its hooks where
// they are. What else a run does (other files, workers, `-t`) has no influence, nor has what other suites of the file consist of.
// Loaded only by files that are shuffled.

const { imul } = Math;

/** The cases in the order to run them. `all`: whether suites are shuffled that do not say; `key`: an unsigned 32-bit number. */
function shuffled(root, key, all) {
  const order = [];
  visit(root, key, root.shuffle ?? all, order);
  return order;
}

function visit(suite, key, shuffle, order) {
  const children = shuffle ? permuted(suite.children, key) : suite.children;
  for (let i = 0; i < children.length; i += 1) {
    const child = children[i];
    if (child.children === undefined) order[order.length] = child;
    else visit(child, keyBelow(key, child.title), child.shuffle ?? shuffle, order);
  }
}

/** The key of a suite with this title inside one with `key`. */
function keyBelow(key, title) {
  let hash = scrambled(key);
  for (let i = 0; i < title.length; i += 1) hash = scrambled(hash ^ title.charCodeAt(i));
  return hash;
}

/** A copy in an order that depends on the key and the length alone. */
function permuted(list, key) {
  const copy = [];
  let state = key;
  for (let i = 0; i < list.length; i += 1) {
    state = (state + 0x9e3779b9) >>> 0;
    // The new one goes to a random place, the one that was there to the end.
    const place = scrambled(state) % (i + 1);
    copy[i] = copy[place];
    copy[place] = list[i];
  }
  return copy;
}

/** Another 32-bit number, each bit of which depends on all bits of the first. */
function scrambled(number) {
  let bits = number >>> 0;
  bits = imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

module.exports = { shuffled };
