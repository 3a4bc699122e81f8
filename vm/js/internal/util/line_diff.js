// The difference of two texts by lines: Myers' greedy algorithm, bounded. Must not require anything.

// Above this many edits the texts have nothing in common that would help a reader.
const MAX_EDITS = 1000;

/**
 * Steps from `a` to `b` in order: ['=', line of a, line of b], ['+', line of a] only in a, ['-', line of b] only in b.
 * `same` decides when two lines count as equal.
 */
function diffLines(a, b, same) {
  let start = 0;
  while (start < a.length && start < b.length && same(a[start], b[start])) start++;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && same(a[endA - 1], b[endB - 1])) {
    endA--;
    endB--;
  }
  const steps = [];
  for (let i = 0; i < start; i++) steps.push(['=', a[i], b[i]]);
  steps.push(...diffMiddle(a.slice(start, endA), b.slice(start, endB), same));
  for (let i = endA, j = endB; i < a.length; i++, j++) steps.push(['=', a[i], b[j]]);
  return steps;
}

function diffMiddle(a, b, same) {
  if (a.length === 0 || b.length === 0) return replaceAll(a, b);
  const max = Math.min(a.length + b.length, MAX_EDITS);
  let reach = new Map([[1, 0]]);
  const history = [];
  for (let edits = 0; edits <= max; edits++) {
    history.push(reach);
    const next = new Map();
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && at(reach, k - 1) < at(reach, k + 1));
      let x = down ? at(reach, k + 1) : at(reach, k - 1) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && same(a[x], b[y])) {
        x++;
        y++;
      }
      next.set(k, x);
      if (x >= a.length && y >= b.length) return backtrack(a, b, history);
    }
    reach = next;
  }
  return replaceAll(a, b);
}

const at = (reach, k) => reach.get(k) ?? -1;

function replaceAll(a, b) {
  return [...a.map((line) => ['+', line]), ...b.map((line) => ['-', line])];
}

function backtrack(a, b, history) {
  const steps = [];
  let x = a.length;
  let y = b.length;
  for (let edits = history.length - 1; edits >= 0; edits--) {
    const reach = history[edits];
    const k = x - y;
    const down = k === -edits || (k !== edits && at(reach, k - 1) < at(reach, k + 1));
    const fromX = down ? at(reach, k + 1) : at(reach, k - 1);
    const fromY = fromX - (down ? k + 1 : k - 1);
    while (x > fromX && y > fromY && x > 0 && y > 0) {
      x--;
      y--;
      steps.push(['=', a[x], b[y]]);
    }
    if (edits > 0) {
      if (down) steps.push(['-', b[--y]]);
      else steps.push(['+', a[--x]]);
    }
  }
  return groupChanges(steps.reverse());
}

/** Within a run of changes, what is only in `a` comes before what is only in `b`. */
function groupChanges(steps) {
  const grouped = [];
  for (let i = 0; i < steps.length;) {
    if (steps[i][0] === '=') {
      grouped.push(steps[i++]);
      continue;
    }
    let end = i;
    while (end < steps.length && steps[end][0] !== '=') end++;
    const run = steps.slice(i, end);
    grouped.push(...run.filter((step) => step[0] === '+'), ...run.filter((step) => step[0] === '-'));
    i = end;
  }
  return grouped;
}

module.exports = { diffLines };
