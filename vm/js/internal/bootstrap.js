// Makes an engine realm into one that tests run in: internal `require`, globals, the entry points native code calls.
//
// Called once per realm as `bootstrap(source, tables, audit, isWorker)`: `source(id)` gives the function of a built-in, `tables(name)` the natives
// of a binding, `audit` asks for a thorough leak report, `isWorker` says that it is the realm of a worker thread, which has no tests. Returns the functions that native code keeps. Everything that a test may never touch is behind a lazy getter:
// this is on the path of every file.

(function bootstrap(source, tables, audit, isWorker) {
  'use strict';

  // Plain objects, because a test may break the methods of `Map`.
  const cache = { __proto__: null };
  const bindings = { __proto__: null };

  function binding(name) {
    bindings[name] ??= tables(name);
    return bindings[name];
  }

  function missing(id) {
    if (!id.startsWith('node/')) return new Error(`bug in trun: there is no built-in ${id}`);
    const error = new Error(`node:${id.slice('node/'.length)} is not supported yet by trun`);
    error.code = 'ERR_UNKNOWN_BUILTIN_MODULE';
    return error;
  }

  /** Built-ins that are being evaluated, outermost first. */
  const unfinished = [];

  /** Loads a built-in by its path below vm/js. */
  function requireInternal(id) {
    const known = cache[id];
    if (known !== undefined) return known.exports;
    const body = source(id);
    if (body === undefined) throw missing(id);
    const module = { exports: {}, id };
    cache[id] = module;
    unfinished[unfinished.length] = id;
    try {
      body(module.exports, requireInternal, module, binding);
    } finally {
      unfinished.length -= 1;
    }
    return module.exports;
  }

  /** JavaScript was stopped by force, which runs no `finally`: built-ins that it was making are made anew when they are asked for. */
  function forgetUnfinished() {
    for (let i = 0; i < unfinished.length; i += 1) delete cache[unfinished[i]];
    unfinished.length = 0;
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
  fromModule('web/shared_array_buffer', 'SharedArrayBuffer');
  const engineAtomics = Atomics;
  lazyGlobal('Atomics', () => requireInternal('internal/atomics').completed(engineAtomics));
  fromModule('web/url', 'URL', 'URLSearchParams');
  fromModule('web/text_codec', 'TextEncoder', 'TextDecoder');
  fromModule('web/abort', 'AbortController', 'AbortSignal');
  fromModule('web/event_target', 'Event', 'EventTarget', 'CustomEvent');
  fromModule('web/dom_exception', 'DOMException');
  fromModule('web/blob', 'Blob', 'File');
  fromModule('web/websocket', 'WebSocket');
  fromModule('web/message_channel', 'MessageChannel', 'MessagePort');
  fromModule('web/broadcast_channel', 'BroadcastChannel');
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
  fromModule('web/worker', 'Worker');
  if (!isWorker) {
    const { globals } = requireInternal('harness/globals');
    for (const name in globals) lazyGlobal(name, globals[name]);
  }

  const leftovers = requireInternal('internal/leftovers');
  if (audit) leftovers.watchIntrinsics();

  const loader = requireInternal('internal/modules/loader');
  loader.setAwaitHooks(asyncContext.current, asyncContext.resume);
  const common = {
    captureRaw: requireInternal('internal/errors_stack').captureRaw,
    asyncFrame: asyncContext.current,
    enterFrame: asyncContext.enter,
    bufferPrototype: () => requireInternal('node/buffer').Buffer.prototype,
    runTicks: () => requireInternal('internal/task_queues').runTicks(),
    runTimer: (id) => requireInternal('internal/timers').runTimer(id),
    runImmediate: (id) => requireInternal('internal/timers').runImmediate(id),
  };
  if (isWorker) return { ...requireInternal('internal/workers/realm').entries((id) => cache[id]?.exports), ...common };
  const plan = requireInternal('harness/plan');
  const registry = requireInternal('harness/registry');
  const { settled, takeBaseline } = binding('harness');
  const LOAD_PHASE = 0;

  /** The collected cases, or what loading failed with (boxed, because anything can be thrown). */
  let collected;
  let loadFailure;
  /** The load that counts: with one realm for all files, a late end of an earlier one means nothing. */
  let currentLoad;

  /** How many preload modules have been evaluated. */
  let preloaded = 0;
  /** The one that has begun and not ended, if any: one that was given up cannot be begun again in the same realm. */
  let unended;

  /** Evaluates the preload modules if this realm has not, then the test file, then collects its tests; settles phase 0. */
  function load(path, preload) {
    requireInternal.mainFile = path;
    asyncContext.enter(undefined);
    const own = { preloading: undefined };
    currentLoad = own;
    const fail = (error) => {
      if (currentLoad !== own) return;
      unended = undefined;
      loadFailure = { error, preloading: own.preloading };
      settled(LOAD_PHASE);
    };
    const succeed = (cases) => {
      if (currentLoad !== own) return;
      collected = cases;
      settled(LOAD_PHASE);
    };
    /** Synchronous files must not pay for a turn of the microtask queue. */
    const whenDone = (start, proceed) => {
      try {
        const result = start();
        if (result !== undefined && typeof result.then === 'function') result.then(proceed, fail);
        else proceed(result);
      } catch (error) {
        fail(error);
      }
    };
    /** Every later file would wait for it to the end of its time. */
    const failAfter = (given) => {
      loadFailure = { error: new Error(`the preload module ${given} did not end in time when this worker loaded an earlier file`) };
      settled(LOAD_PHASE);
    };
    const collect = () => whenDone(plan.collect, succeed);
    const importEntry = () => {
      if (currentLoad === own) whenDone(() => loader.importEntry(path), collect);
    };
    if (unended !== undefined) failAfter(unended);
    else if (preloaded === preload.length) importEntry();
    else whenDone(() => preloadRest(preload, own), importEntry);
  }

  /** Evaluates the preload modules that are left, in order; a promise only if one of them is asynchronous. */
  function preloadRest(preload, own) {
    while (preloaded < preload.length) {
      own.preloading = preload[preloaded];
      unended = own.preloading;
      const pending = loader.importPreload(own.preloading);
      if (pending !== undefined) {
        return pending.then(() => {
          // Too late: its file was given up.
          if (currentLoad !== own) return undefined;
          endPreload();
          return preloadRest(preload, own);
        });
      }
      endPreload();
    }
    own.preloading = undefined;
    registry.keepDeclarations();
    leftovers.takeBaseline(cache['internal/timers']?.exports, cache['internal/process_object']?.exports);
    takeBaseline();
    return undefined;
  }

  function endPreload() {
    preloaded += 1;
    unended = undefined;
  }

  /** What failed while loading, described, or undefined. */
  function takeLoadFailure() {
    const failure = loadFailure;
    loadFailure = undefined;
    if (failure === undefined) return undefined;
    const described = describe(failure.error);
    if (failure.preloading !== undefined) described[2] = `the preload module ${failure.preloading} failed: ${described[2]}`;
    return described;
  }

  /** Flat: for each case its titles as an array (own title last), file, line, column, mode. */
  function cases() {
    const flat = [];
    const modes = plan.caseModes();
    for (let i = 0; i < collected.length; i += 1) {
      const { ancestors, title, location } = collected[i];
      const titles = [];
      for (let k = 0; k < ancestors.length; k += 1) titles[k] = ancestors[k];
      titles[ancestors.length] = title;
      const at = i * 5;
      flat[at] = titles;
      flat[at + 1] = location?.file;
      flat[at + 2] = location?.line;
      flat[at + 3] = location?.column;
      flat[at + 4] = modes[i];
    }
    return flat;
  }

  /** The error as plain parts; a `remark` becomes the last paragraph of its message. */
  function describe(error, remark) {
    const parts = requireInternal('internal/problem').describe(error);
    if (remark !== undefined) parts[2] = parts[2] === '' ? remark : `${parts[2]}\n\n${remark}`;
    return parts;
  }

  /** [[described, hook], …] */
  function describeAll(errors, remark) {
    const list = [];
    for (let i = 0; i < errors.length; i += 1) list[i] = [describe(errors[i].error, remark), errors[i].hook];
    return list;
  }

  /** Failed attempts before the last one: [[timedOut, problems], …] */
  function describeEarlier(attempts) {
    const list = [];
    for (let i = 0; i < attempts.length; i += 1) {
      list[i] = [attempts[i].timedOut, describeAll(attempts[i].errors, plan.repetitionName(attempts[i]))];
    }
    return list;
  }

  const PHASES = { __proto__: null, suiteHook: 0, case: 1, pause: 2 };

  /**
   * The next step as a flat array: [0, phase, caseIndex, timeout, kind (of PHASES)],
   * [1, caseIndex, outcome, assertions, note, problems, earlier attempts or undefined], [2, problem, hook] or [3, failed], which says
   * that an attempt has ended and another one follows; undefined at the end.
   */
  function next() {
    const step = plan.next();
    if (step === null) return undefined;
    if (step.kind === 'report') {
      const { caseIndex, outcome, assertions, note, errors, earlier, repetition } = step.result;
      const before = earlier === null ? undefined : describeEarlier(earlier);
      return [1, caseIndex, outcome, assertions, note, describeAll(errors, repetition), before];
    }
    if (step.kind === 'fileError') return [2, describe(step.error), step.hook];
    if (step.kind === 'attempt') return [3, step.failed];
    return [0, step.phase, step.caseIndex, step.timeout, PHASES[step.kind]];
  }

  function invoke(phase) {
    asyncContext.enter(undefined);
    plan.invoke(phase);
  }

  /** The phase was stopped by force or ran out of time; `stack` is the engine's stack where it was stopped. */
  function abandon(phase, stack) {
    clearTicks();
    plan.abandon(phase, stack);
  }

  /**
   * JavaScript was stopped by force: what it left half done is put right. Returns whose code it was if that had ended, so that what runs
   * now is not to blame.
   */
  function afterStop() {
    forgetUnfinished();
    loader.failUnfinished();
    const owner = plan.strayOwner(asyncContext.current());
    if (owner !== undefined) {
      cache['internal/timers']?.exports.cancelStopped();
      asyncContext.enter(undefined);
    }
    return owner;
  }

  /** Returns whose code was stopped, if that is known. */
  function clearTicks() {
    cache['internal/task_queues']?.exports.clearTicks();
    return plan.ownerOf(asyncContext.current() ?? asyncContext.blamed());
  }

  function listeners(event) {
    const process = cache['internal/process_object']?.exports.process;
    return process !== undefined && process.listenerCount(event) > 0 ? process : undefined;
  }

  /**
   * An error nobody caught: the file's own handlers first, then the test it belongs to. Returns the error described when it
   * belongs to no test that still runs, with the name of the one that has ended.
   */
  function uncaught(error, origin = 'uncaughtException') {
    const made = origin === 'unhandledRejection' ? requireInternal('internal/errors_stack').strayFrameOf(error) : undefined;
    const frame = made ?? asyncContext.blamed();
    if (cache['internal/process_object']?.exports.captureUncaught(error)) return undefined;
    const process = listeners('uncaughtException');
    if (process !== undefined) {
      process.emit('uncaughtException', error, origin);
      return undefined;
    }
    if (plan.attribute(error, frame)) return undefined;
    const owner = plan.ownerOf(frame);
    return describe(error, owner === undefined ? undefined : `after ${owner} had ended`);
  }

  function unhandledRejection(promise, reason) {
    const process = listeners('unhandledRejection');
    if (process !== undefined) {
      process.emit('unhandledRejection', reason, promise);
      return undefined;
    }
    return uncaught(reason, 'unhandledRejection');
  }

  /** What the file leaves behind; see leftovers.js. */
  function listLeftovers() {
    return leftovers.list(cache['internal/timers']?.exports, cache['internal/process_object']?.exports);
  }

  /** The file is over, the realm goes on with the next one: forgets what waits and what the file declared. */
  function endFile() {
    cache['internal/timers']?.exports.forgetAll();
    const processObject = cache['internal/process_object']?.exports;
    if (processObject !== undefined) {
      requireInternal('internal/signals').forgetAll(processObject.process);
      processObject.takeBaseline();
    }
    clearTicks();
    collected = undefined;
    loadFailure = undefined;
    currentLoad = undefined;
    loader.forgetEntry();
    plan.reset();
    registry.reset();
  }

  return {
    load,
    takeLoadFailure,
    cases,
    start: (namePattern, defaultTimeout, retry, repeatEach, shuffle, orderKey) =>
      plan.start({ namePattern, defaultTimeout, retry, repeatEach, shuffle, orderKey }),
    next,
    leaveOut: plan.leaveOut,
    invoke,
    abandon,
    afterStop,
    clearTicks,
    listLeftovers,
    endFile,
    uncaught,
    unhandledRejection,
    ...common,
  };
});
