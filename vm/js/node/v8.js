// node:v8, as far as another engine can answer.

const { notImplemented } = require('internal/errors');

function getHeapStatistics() {
  const { heapTotal, heapUsed, external, rss } = require('internal/process_object').process.memoryUsage();
  return {
    total_heap_size: heapTotal,
    total_heap_size_executable: 0,
    total_physical_size: rss,
    total_available_size: require('node/os').freemem(),
    used_heap_size: heapUsed,
    heap_size_limit: require('node/os').totalmem(),
    malloced_memory: external,
    peak_malloced_memory: external,
    does_zap_garbage: 0,
    number_of_native_contexts: 1,
    number_of_detached_contexts: 0,
    total_global_handles_size: 0,
    used_global_handles_size: 0,
    external_memory: external,
  };
}

function unavailable(name) {
  return { [name]() { throw notImplemented(`v8.${name}`); } }[name];
}

module.exports = {
  cachedDataVersionTag: () => 0,
  deserialize: unavailable('deserialize'),
  getHeapCodeStatistics: unavailable('getHeapCodeStatistics'),
  getHeapSnapshot: unavailable('getHeapSnapshot'),
  getHeapSpaceStatistics: () => [],
  getHeapStatistics,
  serialize: unavailable('serialize'),
  // Flags of V8 mean nothing to this engine; programs set them for speed or for `gc`, which is there anyway.
  setFlagsFromString() {},
  setHeapSnapshotNearHeapLimit() {},
  startupSnapshot: { isBuildingSnapshot: () => false },
  stopCoverage() {},
  takeCoverage() {},
  writeHeapSnapshot: unavailable('writeHeapSnapshot'),
};
