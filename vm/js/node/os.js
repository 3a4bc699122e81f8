// node:os: machine and user.

const { validateInt32 } = require('internal/validators');
const constants = require('node/constants');

const native = binding('os');

class SystemError extends Error {
  constructor(errno, syscall) {
    const { nameOf, messageOf } = require('internal/util/errno');
    super(`A system error occurred: ${syscall} returned ${nameOf(errno)} (${messageOf(errno)})`);
    this.code = 'ERR_SYSTEM_ERROR';
    this.info = { errno, code: nameOf(errno), message: messageOf(errno), syscall };
    this.errno = errno;
    this.syscall = syscall;
  }
}
Object.defineProperty(SystemError.prototype, 'name', { value: 'SystemError', writable: true, configurable: true });

function check(result, syscall) {
  if (typeof result === 'number' && result < 0) throw new SystemError(result, syscall);
  return result;
}

let names;
function uname(index) {
  names ??= check(native.uname(), 'uv_os_uname');
  return names[index];
}

function processEnv() {
  return require('internal/process_object').process.env;
}

function tmpdir() {
  const env = processEnv();
  const path = env.TMPDIR || env.TMP || env.TEMP || '/tmp';
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function homedir() {
  const { HOME } = processEnv();
  if (HOME) return HOME;
  const user = check(native.user(), 'uv_os_homedir');
  if (user === undefined) throw new SystemError(-2, 'uv_os_homedir');
  return user[1];
}

function cpus() {
  const flat = native.cpus();
  const list = [];
  for (let i = 0; i < flat.length; i += 7) {
    const [model, speed, user, nice, sys, idle, irq] = flat.slice(i, i + 7);
    list.push({ model, speed, times: { user, nice, sys, idle, irq } });
  }
  return list;
}

/** How many leading bits of a mask are set. */
function prefixLength(mask, family) {
  const isV4 = family === 'IPv4';
  const groups = mask.split(isV4 ? '.' : ':');
  let bits = 0;
  for (const group of groups) {
    const text = parseInt(group || '0', isV4 ? 10 : 16).toString(2);
    for (const digit of text) bits += digit === '1' ? 1 : 0;
  }
  return bits;
}

function networkInterfaces() {
  const flat = check(native.interfaces(), 'uv_interface_addresses');
  const result = {};
  for (let i = 0; i < flat.length; i += 7) {
    const [name, address, netmask, family, mac, internal, scopeid] = flat.slice(i, i + 7);
    const entry = { address, netmask, family, mac, internal, cidr: `${address}/${prefixLength(netmask, family)}` };
    if (family === 'IPv6') entry.scopeid = scopeid;
    (result[name] ??= []).push(entry);
  }
  return result;
}

function userInfo(options) {
  const asBuffer = options?.encoding === 'buffer';
  const user = check(native.user(), 'uv_os_get_passwd');
  if (user === undefined) throw new SystemError(-2, 'uv_os_get_passwd');
  const text = (value) => (asBuffer ? require('node/buffer').Buffer.from(value) : value);
  const [username, home, shell, uid, gid] = user;
  return { __proto__: null, uid, gid, username: text(username), homedir: text(home), shell: shell === '' ? null : text(shell) };
}

function getPriority(pid = 0) {
  validateInt32(pid, 'pid');
  return check(native.getPriority(pid), 'uv_os_getpriority')[0];
}

function setPriority(pid, priority) {
  if (priority === undefined) [pid, priority] = [0, pid];
  validateInt32(pid, 'pid');
  validateInt32(priority, 'priority', -20, 19);
  check(native.setPriority(pid, priority), 'uv_os_setpriority');
}

/** Functions that text conversion calls, as Node's do. */
function withPrimitive(fn) {
  fn[Symbol.toPrimitive] = () => fn();
  return fn;
}

const os = {
  arch: withPrimitive(function arch() { return native.arch(); }),
  availableParallelism: withPrimitive(function availableParallelism() { return native.parallelism(); }),
  cpus,
  endianness: withPrimitive(function endianness() { return 'LE'; }),
  freemem: withPrimitive(function freemem() { return native.memory()[1]; }),
  getPriority,
  homedir: withPrimitive(homedir),
  hostname: withPrimitive(function hostname() { return uname(1); }),
  loadavg() { return native.loadavg(); },
  networkInterfaces,
  platform: withPrimitive(function platform() { return 'linux'; }),
  release: withPrimitive(function release() { return uname(2); }),
  setPriority,
  tmpdir: withPrimitive(tmpdir),
  totalmem: withPrimitive(function totalmem() { return native.memory()[0]; }),
  type: withPrimitive(function type() { return uname(0); }),
  userInfo,
  uptime: withPrimitive(function uptime() { return native.uptime(); }),
  version: withPrimitive(function version() { return uname(3); }),
  machine: withPrimitive(function machine() { return uname(4); }),
};

const frozen = (value) => Object.freeze({ __proto__: null, ...value });

Object.defineProperties(os, {
  constants: {
    enumerable: true,
    value: {
      __proto__: null,
      UV_UDP_REUSEADDR: 4,
      dlopen: frozen(constants.dlopen),
      errno: frozen(constants.errno),
      signals: frozen(constants.signals),
      priority: frozen(constants.priority),
    },
  },
  EOL: { enumerable: true, writable: false, configurable: true, value: '\n' },
  devNull: { enumerable: true, writable: false, configurable: true, value: '/dev/null' },
});

module.exports = os;
