// Which cases of a file run: `.only`, `.skip`, `.todo` and the name pattern, decided once before the first case.
//
// Owns that decision and nothing else; plan.js acts on it.

/**
 * `modes[i]` is 'run', 'skip', 'todo' or 'filtered' (by the pattern) for case `i`; `lastCaseOf` has, for every suite in which something runs, the
 * index of the last such case.
 */
function select(root, count, pattern) {
  const selection = { pattern, modes: new Array(count).fill('skip'), lastCaseOf: new Map() };
  resolveModes(root, 'run', hasFocus(root) ? 'outside' : 'inside', selection);
  return selection;
}

function hasFocus(node) {
  if (node.mode === 'only') return true;
  return node.children !== undefined && node.children.some(hasFocus);
}

/**
 * A skipped or `todo` suite decides for all below it. Under `.only`, a focused suite runs whole unless something in it
 * is focused itself: then only that.
 */
function resolveModes(suite, inherited, focus, selection) {
  for (let i = 0; i < suite.children.length; i += 1) {
    const child = suite.children[i];
    const mode = inherited !== 'run' ? inherited : child.mode === 'only' ? 'run' : child.mode;
    const isSuite = child.children !== undefined;
    let childFocus = focus;
    if (child.mode === 'only') childFocus = isSuite && child.children.some(hasFocus) ? 'outside' : 'inside';
    if (isSuite) resolveModes(child, mode, childFocus, selection);
    else selection.modes[child.index] = caseMode(child, mode, childFocus, selection);
  }
}

function caseMode(testCase, mode, focus, { pattern, lastCaseOf }) {
  if (focus === 'outside') return mode === 'todo' ? 'todo' : 'skip';
  if (pattern !== null && !pattern.test(fullName(testCase))) return 'filtered';
  if (mode === 'run') {
    for (let suite = testCase.suite; suite !== null; suite = suite.parent) lastCaseOf.set(suite, testCase.index);
  }
  return mode;
}

function fullName(testCase) {
  return testCase.ancestors.length === 0 ? testCase.title : `${testCase.ancestors.join(' ')} ${testCase.title}`;
}

module.exports = { select, fullName };
