// Which cases of a file run: `.only`, `.skip`, `.todo` and the name pattern, decided once before the first case.
//
// Owns that decision and nothing else; plan.js acts on it.

const testRegExp = Function.prototype.call.bind(RegExp.prototype.test);

/**
 * By number of the case: 'run', 'skip', 'todo' or 'filtered' (by the pattern). Every suite learns its `lastPlace`: where in `order`
 * the last of its cases is that run, or -1.
 */
function select(root, order, pattern) {
  const modes = [];
  for (let i = 0; i < order.length; i += 1) modes[i] = 'skip';
  resolveModes(root, 'run', hasFocus(root) ? 'outside' : 'inside', pattern, modes);
  for (let place = 0; place < order.length; place += 1) {
    if (modes[order[place].index] !== 'run') continue;
    for (let { suite } = order[place]; suite !== null; suite = suite.parent) suite.lastPlace = place;
  }
  return modes;
}

function hasFocus(node) {
  return node.mode === 'only' || (node.children !== undefined && hasFocusBelow(node));
}

function hasFocusBelow(suite) {
  for (let i = 0; i < suite.children.length; i += 1) if (hasFocus(suite.children[i])) return true;
  return false;
}

/**
 * A skipped or `todo` suite decides for all below it. Under `.only`, a focused suite runs whole unless something in it
 * is focused itself: then only that.
 */
function resolveModes(suite, inherited, focus, pattern, modes) {
  for (let i = 0; i < suite.children.length; i += 1) {
    const child = suite.children[i];
    const mode = inherited !== 'run' ? inherited : child.mode === 'only' ? 'run' : child.mode;
    const isSuite = child.children !== undefined;
    let childFocus = focus;
    if (child.mode === 'only') childFocus = isSuite && hasFocusBelow(child) ? 'outside' : 'inside';
    if (isSuite) resolveModes(child, mode, childFocus, pattern, modes);
    else modes[child.index] = caseMode(child, mode, childFocus, pattern);
  }
}

function caseMode(testCase, mode, focus, pattern) {
  if (pattern !== null && !testRegExp(pattern, fullName(testCase))) return 'filtered';
  return focus === 'outside' && mode !== 'todo' ? 'skip' : mode;
}

/** Titles from the outside in, joined by spaces: what `-t` matches. */
function fullName({ ancestors, title }) {
  let name = '';
  for (let i = 0; i < ancestors.length; i += 1) name += `${ancestors[i]} `;
  return name + title;
}

module.exports = { select, fullName };
