// node:module: the `Module` class with the rest of the module's exports as its properties.

const common = require('internal/modules/common');
const { Module } = common;

Module.createRequire = common.createRequire;
Module.isBuiltin = common.isBuiltin;
Module.findPackageJSON = common.findPackageJSON;
Object.defineProperty(Module, 'builtinModules', {
  get: () => [...common.builtinModules()],
  enumerable: true,
  configurable: true,
});
Module.register = common.unsupported('register');
Module.registerHooks = common.unsupported('registerHooks');
Module.stripTypeScriptTypes = common.unsupported('stripTypeScriptTypes');
Module.syncBuiltinESMExports = () => {};
Module.findSourceMap = () => undefined;
Module.enableCompileCache = () => ({ status: 3 });
Module.flushCompileCache = () => {};
Module.getCompileCacheDir = () => undefined;
Module.constants = { compileCacheStatus: { __proto__: null, FAILED: 0, ENABLED: 1, ALREADY_ENABLED: 2, DISABLED: 3 } };
Module.SourceMap = class SourceMap {
  constructor() {
    common.unsupported('SourceMap')();
  }
};

module.exports = Module;
