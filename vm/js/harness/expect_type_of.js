// `expectTypeOf` and `assertType`: checked by the type checker, nothing happens when they run.

const chain = new Proxy(function () {}, {
  get(target, key) {
    // Not a thenable: awaiting the chain must end.
    return key === 'then' ? undefined : chain;
  },
  apply: () => chain,
});

module.exports = { expectTypeOf: () => chain, assertType: () => {} };
