// `vi.stubEnv` and `vi.stubGlobal`: environment variables and globals replaced until they are put back.

const envs = new Map();
const globals = new Map();

function stubEnv(name, value) {
  const { env } = require('node/process');
  if (!envs.has(name)) envs.set(name, Object.hasOwn(env, name) ? env[name] : undefined);
  if (value === undefined) delete env[name];
  else env[name] = String(value);
}

function unstubAllEnvs() {
  const { env } = require('node/process');
  for (const [name, value] of envs) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  envs.clear();
}

function stubGlobal(name, value) {
  if (!globals.has(name)) globals.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true });
}

function unstubAllGlobals() {
  for (const [name, descriptor] of globals) {
    if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
    else Object.defineProperty(globalThis, name, descriptor);
  }
  globals.clear();
}

module.exports = { stubEnv, unstubAllEnvs, stubGlobal, unstubAllGlobals };
