// The errors of `expect.assertions(n)` and `expect.hasAssertions()`, built at the end of a case that broke them.

/** `counts` is the expect state of the case; `wrong` tells which of the two promises was broken. */
function errorFor(counts, wrong) {
  const error = wrong ? counts.expectedAssertionsError : counts.isExpectingAssertionsError;
  if (wrong) {
    error.message =
      `expect.assertions(${counts.expectedAssertionsNumber})\n\n` +
      `Expected ${assertions(counts.expectedAssertionsNumber)} to be called but received ${assertions(counts.assertionCalls)}.`;
  } else {
    error.message = 'expect.hasAssertions()\n\nExpected at least one assertion to be called but received none.';
  }
  return error;
}

function assertions(count) {
  return count === 1 ? 'one assertion' : `${count === 0 ? 'no' : count} assertions`;
}

module.exports = { errorFor };
