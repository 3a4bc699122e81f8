// The `jest` and `vi` objects: mocks, file-wide settings, stubs, and a clear refusal for what does not exist yet.
//
// Owns what the two objects consist of; mock.js owns mocks, registry.js the settings.

const { state, retryOption, timeoutOption } = require('harness/registry');

const lazyMock = () => require('harness/mock');

function unsupported(target, prefix, names) {
  for (const name of names) {
    target[name] = { [name]: () => refuse(`${prefix}.${name}`) }[name];
  }
}

function refuse(feature) {
  throw new Error(`${feature} is not supported yet by trun`);
}

/** Methods that both have. `self` is what a call of a setting returns, for chains. */
function shared(self, flavour) {
  return {
    fn: (implementation) => lazyMock().fn(flavour, implementation),
    spyOn: (object, key, accessType) => lazyMock().spyOn(flavour, object, key, accessType),
    isMockFunction: (value) => lazyMock().isMockFunction(value),
    mocked: (value) => value,
    clearAllMocks() {
      lazyMock().clearAllMocks();
      return self();
    },
    resetAllMocks() {
      lazyMock().resetAllMocks();
      return self();
    },
    restoreAllMocks() {
      lazyMock().restoreAllMocks();
      return self();
    },
    // Nothing is faked as long as fake timers do not exist, so these are true as they are.
    useRealTimers: () => self(),
    isFakeTimers: () => false,
    getRealSystemTime: () => Date.now(),
  };
}

const FAKE_TIMERS = ['useFakeTimers', 'setSystemTime', 'advanceTimersByTime', 'advanceTimersByTimeAsync', 'advanceTimersToNextTimer',
  'advanceTimersToNextTimerAsync', 'advanceTimersToNextFrame', 'runAllTimers', 'runAllTimersAsync', 'runAllTicks', 'runOnlyPendingTimers',
  'runOnlyPendingTimersAsync', 'clearAllTimers', 'getTimerCount'];

function makeJest() {
  const jest = {};
  const self = () => jest;
  Object.assign(jest, shared(self, 'jest'), {
    replaceProperty: (object, key, value) => lazyMock().replaceProperty(object, key, value),
    setTimeout(ms) {
      state.testTimeout = timeoutOption(ms);
      state.hookTimeout = state.testTimeout;
      return jest;
    },
    retryTimes(count, options) {
      state.retry = require('harness/retries').fromJest(count, options);
      return jest;
    },
    now: () => Date.now(),
    // Modules are never mocked automatically.
    disableAutomock: self,
    autoMockOff: self,
    unmock: self,
    dontMock: self,
    deepUnmock: self,
  });
  unsupported(jest, 'jest', FAKE_TIMERS);
  unsupported(jest, 'jest', ['advanceTimersToNextTimer', 'runAllImmediates', 'setTimerTickMode', 'mock', 'doMock', 'setMock', 'requireActual', 'requireMock',
    'createMockFromModule', 'genMockFromModule', 'isolateModules', 'isolateModulesAsync', 'resetModules', 'enableAutomock', 'autoMockOn',
    'unstable_mockModule', 'unstable_unmockModule', 'onGenerateMock', 'getSeed', 'isEnvironmentTornDown']);
  return jest;
}

function makeVi() {
  const vi = {};
  const self = () => vi;
  Object.assign(vi, shared(self, 'vitest'), {
    hoisted(factory) {
      if (typeof factory !== 'function') throw new TypeError('vi.hoisted() needs a function');
      return factory();
    },
    setConfig(config) {
      if ('testTimeout' in config) state.testTimeout = timeoutOption(config.testTimeout);
      if ('hookTimeout' in config) state.hookTimeout = timeoutOption(config.hookTimeout);
      if ('retry' in config) state.retry = retryOption(config.retry);
      if ('fakeTimers' in config) refuse('vi.setConfig({ fakeTimers })');
    },
    resetConfig() {
      state.testTimeout = undefined;
      state.hookTimeout = undefined;
      state.retry = undefined;
    },
    setTimeout(ms) {
      state.testTimeout = timeoutOption(ms);
      return vi;
    },
    getMockedSystemTime: () => null,
    unmock: () => {},
    doUnmock: () => {},
    stubEnv(name, value) {
      require('harness/stubs').stubEnv(name, value);
      return vi;
    },
    unstubAllEnvs() {
      require('harness/stubs').unstubAllEnvs();
      return vi;
    },
    stubGlobal(name, value) {
      require('harness/stubs').stubGlobal(name, value);
      return vi;
    },
    unstubAllGlobals() {
      require('harness/stubs').unstubAllGlobals();
      return vi;
    },
    waitFor: (callback, options) => require('harness/waiting').waitFor(callback, options),
    waitUntil: (callback, options) => require('harness/waiting').waitUntil(callback, options),
    // Dynamic imports end before the promises that the test awaits: nothing else is in flight.
    dynamicImportSettled: () => require('harness/waiting').turn(),
  });
  unsupported(vi, 'vi', FAKE_TIMERS);
  unsupported(vi, 'vi', ['mock', 'doMock', 'importActual', 'importMock', 'resetModules', 'mockObject', 'setTimerTickMode', 'defineHelper']);
  return vi;
}

let jest;
let vi;
let bunMock;
let bunVi;

module.exports = {
  refuse,
  get jest() {
    jest ??= makeJest();
    return jest;
  },
  get vi() {
    vi ??= makeVi();
    return vi;
  },
  /** bun's `vi` is Jest's object with a few of vitest's names. */
  get bunVi() {
    bunVi ??= Object.assign(Object.create(null), module.exports.vi, { fn: module.exports.jest.fn, spyOn: module.exports.jest.spyOn });
    return bunVi;
  },
  /** bun's `mock(fn)`, with `mock.module`, `mock.restore` and `mock.clearAllMocks`. */
  get bunMock() {
    bunMock ??= Object.assign((implementation) => lazyMock().fn('jest', implementation), {
      module: () => refuse('mock.module'),
      restore: () => lazyMock().restoreAllMocks(),
      clearAllMocks: () => lazyMock().clearAllMocks(),
    });
    return bunMock;
  },
};
