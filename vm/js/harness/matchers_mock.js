// Matchers about mock functions: how often, with what, in which order they were called and what they returned.

const { equalsWith } = require('harness/equality');
const lazy = () => require('harness/messages');

const MOCK_NAME = { received: 'jest.fn()' };

function misuse(assertion, problem, label, value, signature) {
  require('harness/expect').misuse(assertion, problem, label, value, signature);
}

function isMock(value) {
  return value !== null && value !== undefined && value._isMockFunction === true;
}

/** The record of a mock; also of a spy that only has Jasmine's `calls.all()`. */
function recordOf(assertion, received, signature) {
  if (isMock(received)) return received.mock;
  if (received !== null && received !== undefined && received.calls !== undefined && typeof received.calls.all === 'function') {
    return { calls: received.calls.all().map((call) => call.args), results: [], settledResults: [], invocationCallOrder: [] };
  }
  return misuse(assertion, 'received value must be a mock or spy function', 'Received', received, signature);
}

function signature(received, expected) {
  const name = isMock(received) ? received.getMockName() : 'received';
  return { received: name, expected };
}

function needCount(assertion, value) {
  if (!Number.isSafeInteger(value) || value < 0) misuse(assertion, 'expected value must be a non-negative integer', 'Expected', value, MOCK_NAME);
}

function needNth(assertion, nth) {
  if (!Number.isSafeInteger(nth) || nth < 1) misuse(assertion, 'n must be a positive integer', 'n', nth, { ...MOCK_NAME, expected: 'n, ...expected' });
}

const showArgs = (args) => (args.length === 0 ? 'called with 0 arguments' : args.map((arg) => lazy().show(arg)).join(', '));

function sameArgs(assertion, actual, expected) {
  // An argument that is undefined is not the same as none, though arrays would be equal.
  return actual !== undefined && actual.length === expected.length && equalsWith({ modern: assertion.modern }, actual, expected);
}

const isStructured = (value) => value !== null && typeof value === 'object';

const LISTED = 5;

/** Some entries as numbered lines; the one that was meant has an arrow. */
function numbered(texts, marked) {
  if (texts.length === 0) return '';
  const from = marked === undefined ? 0 : Math.max(0, Math.min(marked - 1, texts.length - LISTED));
  const shown = texts.slice(from, from + LISTED);
  const width = String(from + shown.length).length;
  const lines = shown.map((text, i) => {
    const arrow = from + i === marked ? '->' : '  ';
    return `${arrow} ${String(from + i + 1).padStart(width + 4)}: ${text.replaceAll('\n', `\n${' '.repeat(width + 9)}`)}`;
  });
  return `${lines.join('\n')}\n`;
}

function explainCalls(assertion, received, expected, { argument, intro = '', marked }) {
  const { difference } = lazy();
  const { calls } = recordOf(assertion, received);
  const not = assertion.isNot ? 'not ' : '';
  const count = `Number of calls: ${calls.length}`;
  const target = marked ?? (calls.length === 1 ? 0 : undefined);
  const call = target === undefined ? undefined : calls[target];
  let body = `Expected: ${not}${showArgs(expected)}\n`;
  if (!assertion.isNot && call !== undefined && call.length === expected.length && (calls.length === 1 || call.some(isStructured))) {
    body = `${expected.length === 1 ? difference(expected[0], call[0]) : difference(expected, call)}\n`;
  } else if (calls.length > 0) {
    body += `Received\n${numbered(calls.map(showArgs), marked)}`;
  }
  return { signature: signature(received, argument), body: `${intro}${body}\n${count}`, expected, received: call ?? calls };
}

// Calls ------------------------------------------------------------------------------------------------------------

const toHaveBeenCalled = {
  check(received, ...rest) {
    if (rest.length > 0 && rest[0] !== undefined) misuse(this, 'this matcher must not have an expected argument', 'Expected', rest[0], { ...MOCK_NAME, expected: '' });
    return recordOf(this, received, { expected: '' }).calls.length > 0;
  },
  explain(received) {
    const { labelled } = lazy();
    const { calls } = recordOf(this, received);
    const body = this.isNot
      ? `${labelled(['Expected number of calls', '0'], ['Received number of calls', String(calls.length)])}\n\n${numbered(calls.map(showArgs)).trimEnd()}`
      : labelled(['Expected number of calls', '>= 1'], ['Received number of calls', '   0']);
    return { signature: signature(received, ''), body };
  },
};

function countMatcher(what, countOf, fixed) {
  return {
    check(received, expected) {
      const record = recordOf(this, received);
      if (fixed === undefined) needCount(this, expected);
      return countOf(record) === (fixed ?? expected);
    },
    explain(received, expected) {
      const { labelled } = lazy();
      const wanted = fixed ?? expected;
      const record = recordOf(this, received);
      const count = countOf(record);
      const body = this.isNot
        ? `Expected number of ${what}: not ${wanted}`
        : labelled([`Expected number of ${what}`, String(wanted)], [`Received number of ${what}`, String(count)],
          what !== 'calls' && record.calls.length !== count ? ['Received number of calls', String(record.calls.length)] : undefined);
      return { signature: signature(received, fixed === undefined ? 'expected' : ''), body, expected: wanted, received: count };
    },
  };
}

const toHaveBeenCalledWith = {
  check(received, ...expected) {
    return recordOf(this, received).calls.some((call) => sameArgs(this, call, expected));
  },
  explain(received, ...expected) {
    return explainCalls(this, received, expected, { argument: '...expected' });
  },
};

const toHaveBeenLastCalledWith = {
  check(received, ...expected) {
    const { calls } = recordOf(this, received);
    return sameArgs(this, calls[calls.length - 1], expected);
  },
  explain(received, ...expected) {
    const { calls } = recordOf(this, received);
    return explainCalls(this, received, expected, { argument: '...expected', marked: calls.length === 0 ? undefined : calls.length - 1 });
  },
};

const toHaveBeenNthCalledWith = {
  check(received, nth, ...expected) {
    const { calls } = recordOf(this, received);
    needNth(this, nth);
    return sameArgs(this, calls[nth - 1], expected);
  },
  explain(received, nth, ...expected) {
    return explainCalls(this, received, expected, { argument: 'n, ...expected', intro: `n: ${nth}\n`, marked: nth - 1 });
  },
};

const toHaveBeenCalledExactlyOnceWith = {
  check(received, ...expected) {
    const { calls } = recordOf(this, received);
    return calls.length === 1 && sameArgs(this, calls[0], expected);
  },
  explain(received, ...expected) {
    return explainCalls(this, received, expected, { argument: '...expected', intro: this.isNot ? '' : 'Expected exactly one call with these arguments.\n' });
  },
};

function orderMatcher(word, holds) {
  return {
    check(received, other, failIfNoFirst = true) {
      if (!isMock(other)) misuse(this, 'expected value must be a mock or spy function', 'Expected', other);
      const mine = recordOf(this, received).invocationCallOrder;
      const theirs = other.mock.invocationCallOrder;
      return holds(mine, theirs, failIfNoFirst);
    },
    explain(received, other) {
      const { show } = lazy();
      const not = this.isNot ? 'not ' : '';
      return {
        signature: signature(received, other.getMockName()),
        body:
          `Expected ${received.getMockName()} ${not}to have been called ${word} ${other.getMockName()}\n\n` +
          `Order of its calls:      ${show(received.mock.invocationCallOrder)}\nOrder of the other's:    ${show(other.mock.invocationCallOrder)}`,
      };
    },
  };
}

const before = orderMatcher('before', (mine, theirs, failIfNoFirst) => {
  if (mine.length === 0) return !failIfNoFirst;
  return theirs.length > 0 && mine[0] < theirs[0];
});

const after = orderMatcher('after', (mine, theirs, failIfNoFirst) => {
  if (theirs.length === 0) return !failIfNoFirst;
  return mine.length > 0 && mine[mine.length - 1] > theirs[0] && mine[0] > theirs[0];
});

// Returns ----------------------------------------------------------------------------------------------------------

const RETURNS = { list: (record) => record.results, type: 'return', what: 'returns', verb: 'return' };
const RESOLVES = { list: (record) => record.settledResults, type: 'fulfilled', what: 'resolves', verb: 'resolve' };

function resultText(result) {
  const { show } = lazy();
  if (result.type === 'throw' || result.type === 'rejected') return `function call threw an error (${show(result.value)})`;
  if (result.type === 'incomplete') return 'function call has not finished yet';
  return show(result.value);
}

function resultMatchers(kind) {
  const count = (record) => kind.list(record).filter((result) => result.type === kind.type).length;
  const is = (assertion, result, expected) => result !== undefined && result.type === kind.type && equalsWith({ modern: assertion.modern }, result.value, expected);
  const explain = (assertion, received, expected, argument, intro, marked) => {
    const { show } = lazy();
    const record = recordOf(assertion, received);
    const list = kind.list(record);
    const body = `Expected: ${assertion.isNot ? 'not ' : ''}${show(expected)}\n${list.length === 0 ? '' : `Received\n${numbered(list.map(resultText), marked)}`}`;
    const calls = count(record) === record.calls.length ? '' : `\nNumber of calls: ${record.calls.length}`;
    return { signature: signature(received, argument), body: `${intro}${body}\nNumber of ${kind.what}: ${count(record)}${calls}`, expected, received: list.map((result) => result.value) };
  };
  return {
    any: {
      check(received) {
        return count(recordOf(this, received, { expected: '' })) > 0;
      },
      explain(received) {
        const { labelled } = lazy();
        const record = recordOf(this, received);
        const body = labelled(
          [`Expected number of ${kind.what}`, this.isNot ? '0' : '>= 1'],
          [`Received number of ${kind.what}`, `${this.isNot ? '' : '   '}${count(record)}`],
          ['Received number of calls', `${this.isNot ? '' : '   '}${record.calls.length}`],
        );
        return { signature: signature(received, ''), body };
      },
    },
    times: countMatcher(kind.what, count, undefined),
    with: {
      check(received, expected) {
        return kind.list(recordOf(this, received)).some((result) => is(this, result, expected));
      },
      explain(received, expected) {
        return explain(this, received, expected, 'expected', '', undefined);
      },
    },
    last: {
      check(received, expected) {
        const list = kind.list(recordOf(this, received));
        return is(this, list[list.length - 1], expected);
      },
      explain(received, expected) {
        return explain(this, received, expected, 'expected', '', kind.list(recordOf(this, received)).length - 1);
      },
    },
    nth: {
      check(received, nth, expected) {
        const list = kind.list(recordOf(this, received));
        needNth(this, nth);
        return is(this, list[nth - 1], expected);
      },
      explain(received, nth, expected) {
        return explain(this, received, expected, 'n, expected', `n: ${nth}\n`, nth - 1);
      },
    },
  };
}

const returned = resultMatchers(RETURNS);
const resolved = resultMatchers(RESOLVES);
const calledTimes = countMatcher('calls', (record) => record.calls.length, undefined);

module.exports = {
  toHaveBeenCalled,
  toBeCalled: toHaveBeenCalled,
  toHaveBeenCalledOnce: countMatcher('calls', (record) => record.calls.length, 1),
  toHaveBeenCalledTimes: calledTimes,
  toBeCalledTimes: calledTimes,
  toHaveBeenCalledWith,
  toBeCalledWith: toHaveBeenCalledWith,
  toHaveBeenLastCalledWith,
  lastCalledWith: toHaveBeenLastCalledWith,
  toHaveBeenNthCalledWith,
  nthCalledWith: toHaveBeenNthCalledWith,
  toHaveBeenCalledExactlyOnceWith,
  toHaveBeenCalledBefore: before,
  toHaveBeenCalledAfter: after,
  toHaveReturned: returned.any,
  toReturn: returned.any,
  toHaveReturnedTimes: returned.times,
  toReturnTimes: returned.times,
  toHaveReturnedWith: returned.with,
  toReturnWith: returned.with,
  toHaveLastReturnedWith: returned.last,
  lastReturnedWith: returned.last,
  toHaveNthReturnedWith: returned.nth,
  nthReturnedWith: returned.nth,
  toHaveResolved: resolved.any,
  toHaveResolvedTimes: resolved.times,
  toHaveResolvedWith: resolved.with,
  toHaveLastResolvedWith: resolved.last,
  toHaveNthResolvedWith: resolved.nth,
};
