// Makes an engine realm into one that tests run in: internal `require`, globals, the entry points native code calls.
//
// Called once per realm as `bootstrap(source, tables)`: `source(id)` gives the function of a built-in, `tables(name)` the natives of
// a binding. Returns the functions that native code keeps. Everything that a test may never touch is behind a lazy getter:
// this is on the path of every file.

(function bootstrap(source, tables) {
  'use strict';

  const cache = new Map();
  const bindings = new Map();

  function binding(name) {
    let table = bindings.get(name);
    if (table === undefined) {
      table = tables(name);
      bindings.set(name, table);
    }
    return table;
  }

  function missing(id) {
    if (!id.startsWith('node/')) return new Error(`bug in trun: there is no built-in ${id}`);
    const error = new Error(`node:${id.slice('node/'.length)} is not supported yet by trun`);
    error.code = 'ERR_UNKNOWN_BUILTIN_MODULE';
    return error;
  }

  /** Loads a built-in by its path below vm/js. */
  function requireInternal(id) {
    const known = cache.get(id);
    if (known !== undefined) return known.exports;
    const body = source(id);
    if (body === undefined) throw missing(id);
    const module = { exports: {}, id };
    cache.set(id, module);
    body(module.exports, requireInternal, module, binding);
    return module.exports;
  }

  const { defineProperty } = Object;

  /** A global that is made when it is first read. */
  function lazyGlobal(name, make, enumerable = false) {
    defineProperty(globalThis, name, {
      configurable: true,
      enumerable,
      get() {
        const value = make();
        defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable });
        return value;
      },
      set(value) {
        defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable });
      },
    });
  }

  function fromModule(id, ...names) {
    for (let i = 0; i < names.length; i++) lazyGlobal(names[i], () => requireInternal(id)[names[i]]);
  }

  const asyncContext = requireInternal('internal/async_context');
  asyncContext.patchThen();
  requireInternal('internal/errors_stack').install();

  defineProperty(globalThis, 'global', { value: globalThis, writable: true, configurable: true });
  defineProperty(globalThis, Symbol.toStringTag, { value: 'global', configurable: true });
  lazyGlobal('process', () => requireInternal('node/process'));
  lazyGlobal('console', () => requireInternal('internal/console').globalConsole);
  fromModule('node/buffer', 'Buffer', 'atob', 'btoa');
  fromModule('node/timers', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate');
  fromModule('internal/task_queues', 'queueMicrotask');
  fromModule('web/structured_clone', 'structuredClone');
  fromModule('web/url', 'URL', 'URLSearchParams');
  fromModule('web/text_codec', 'TextEncoder', 'TextDecoder');
  fromModule('web/abort', 'AbortController', 'AbortSignal');
  fromModule('web/event_target', 'Event', 'EventTarget', 'CustomEvent');
  fromModule('web/dom_exception', 'DOMException');
  fromModule('web/blob', 'Blob', 'File');
  fromModule('web/websocket', 'WebSocket');
  fromModule('web/message_events', 'MessageEvent', 'CloseEvent', 'ErrorEvent');
  lazyGlobal('crypto', () => requireInternal('node/crypto').webcrypto);
  fromModule('web/headers', 'Headers');
  fromModule('web/request', 'Request');
  fromModule('web/response', 'Response');
  fromModule('web/form_data', 'FormData');
  fromModule('web/fetch', 'fetch');
  fromModule('node/stream/web', 'ReadableStream', 'ReadableStreamDefaultReader', 'ReadableStreamBYOBReader', 'ReadableStreamBYOBRequest',
    'ReadableByteStreamController', 'ReadableStreamDefaultController', 'TransformStream', 'TransformStreamDefaultController', 'WritableStream',
    'WritableStreamDefaultController', 'WritableStreamDefaultWriter', 'ByteLengthQueuingStrategy', 'CountQueuingStrategy',
    'TextEncoderStream', 'TextDecoderStream', 'CompressionStream', 'DecompressionStream');
  lazyGlobal('performance', () => requireInternal('web/performance').performance);
  fromModule('web/performance', 'PerformanceEntry', 'PerformanceMark', 'PerformanceMeasure', 'PerformanceObserver');
  defineProperty(globalThis, 'gc', { value: function gc() { binding('task').collect(); }, writable: true, configurable: true });
  if (Symbol.dispose === undefined) {
    defineProperty(Symbol, 'dispose', { value: Symbol('Symbol.dispose') });
    defineProperty(Symbol, 'asyncDispose', { value: Symbol('Symbol.asyncDispose') });
  }
  const { globals } = requireInternal('harness/globals');
  for (const name in globals) lazyGlobal(name, globals[name]);

  const loader = requireInternal('internal/modules/loader');
  loader.setAwaitHooks(asyncContext.current, asyncContext.resume);
  const plan = requireInternal('harness/plan');
  const registry = requireInternal('harness/registry');
  const { settled } = binding('harness');
  const LOAD_PHASE = 0;

  /** The collected cases, or what loading failed with (boxed, because anything can be thrown). */
  let collected;
  let loadFailure;

  function succeed(cases) {
    collected = cases;
    settled(LOAD_PHASE);
  }

  function fail(error) {
    loadFailure = { error };
    settled(LOAD_PHASE);
  }

  /** Evaluates the test file, then collects its tests; settles phase 0. */
  function load(path) {
    requireInternal.mainFile = path;
    try {
      whenDone(loader.importEntry(path), collect);
    } catch (error) {
      fail(error);
    }
  }

  function collect() {
    try {
      whenDone(plan.collect(), succeed);
    } catch (error) {
      fail(error);
    }
  }

  /** Synchronous files must not pay for a turn of the microtask queue. */
  function whenDone(result, proceed) {
    if (result !== undefined && typeof result.then === 'function') result.then(proceed, fail);
    else proceed(result);
  }

  /** What failed while loading, described, or undefined. */
  function takeLoadFailure() {
    const failure = loadFailure;
    loadFailure = undefined;
    return failure === undefined ? undefined : describe(failure.error);
  }

  /** Flat: for each case its titles as an array (own title last), file, line, column, mode. */
  function cases() {
    const flat = [];
    const modes = plan.caseModes();
    for (let i = 0; i < collected.length; i += 1) {
      const { ancestors, title, location } = collected[i];
      flat.push([...ancestors, title], location?.file, location?.line, location?.column, modes[i]);
    }
    return flat;
  }

  function describe(error) {
    return requireInternal('internal/problem').describe(error);
  }

  const describeHooked = ({ error, hook }) => [describe(error), hook];

  /**
   * The next step as a flat array: [0, phase, caseIndex, timeout, isCase], [1, caseIndex, outcome, assertions, note, problems] or
   * [2, problem, hook]; undefined at the end.
   */
  function next() {
    const step = plan.next();
    if (step === null) return undefined;
    if (step.kind === 'report') {
      const { caseIndex, outcome, assertions, note, errors } = step.result;
      return [1, caseIndex, outcome, assertions, note, errors.map(describeHooked)];
    }
    if (step.kind === 'fileError') return [2, describe(step.error), step.hook];
    return [0, step.phase, step.caseIndex, step.timeout, step.kind === 'case'];
  }

  function invoke(phase) {
    asyncContext.enter(undefined);
    plan.invoke(phase);
  }

  /** The phase was stopped by force or ran out of time; `stack` is the engine's stack where it was stopped. */
  function abandon(phase, stack) {
    clearTicks();
    plan.abandon(phase, undefined, 'timeout', stack);
  }

  function clearTicks() {
    cache.get('internal/task_queues')?.exports.clearTicks();
  }

  function listeners(event) {
    const process = cache.get('internal/process_object')?.exports.process;
    return process !== undefined && process.listenerCount(event) > 0 ? process : undefined;
  }

  /**
   * An error nobody caught: the file's own handlers first, then the test it belongs to. Returns the error described when it
   * belongs to no test that still runs.
   */
  function uncaught(error, origin = 'uncaughtException') {
    const frame = asyncContext.takeThrownFrame() ?? asyncContext.current();
    if (cache.get('internal/process_object')?.exports.captureUncaught(error)) return undefined;
    const process = listeners('uncaughtException');
    if (process !== undefined) {
      process.emit('uncaughtException', error, origin);
      return undefined;
    }
    const owner = frame?.testCase ?? registry.state.running?.index ?? -1;
    return plan.attribute(error, owner) ? undefined : describe(error);
  }

  function unhandledRejection(promise, reason) {
    const process = listeners('unhandledRejection');
    if (process !== undefined) {
      process.emit('unhandledRejection', reason, promise);
      return undefined;
    }
    return uncaught(reason, 'unhandledRejection');
  }

  return {
    load,
    takeLoadFailure,
    cases,
    start: (namePattern, defaultTimeout) => plan.start({ namePattern, defaultTimeout }),
    next,
    invoke,
    abandon,
    clearTicks,
    uncaught,
    unhandledRejection,
    captureRaw: requireInternal('internal/errors_stack').captureRaw,
    runTicks: () => requireInternal('internal/task_queues').runTicks(),
    runTimer: (id) => requireInternal('internal/timers').runTimer(id),
    runImmediate: (id) => requireInternal('internal/timers').runImmediate(id),
  };
});
