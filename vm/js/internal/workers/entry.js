// What a worker is to run: from what its user wrote to a file, or a text and the file name it goes by.

const { codes } = require('internal/errors');

const native = binding('workers');

const TYPESCRIPT = /typescript|\bts\b/;

function isUrl(value) {
  return require('web/url').isURL(value);
}

function textEntry(code, label, extension) {
  const { join } = require('node/path');
  return { entry: { code, file: join(process().cwd(), `[${label}]${extension}`) }, label };
}

function process() {
  return require('internal/process_object').process;
}

function fileEntry(file) {
  return { entry: { file }, label: file };
}

/** `data:[type][;base64],…` */
function dataEntry(url) {
  const found = /^data:([^,]*?)(;base64)?,(.*)$/s.exec(url);
  if (found === null) throw new TypeError(`the data: URL of a worker has no comma: ${url.slice(0, 80)}`);
  const { Buffer } = require('node/buffer');
  const body = decodeURIComponent(found[3].replace(/#.*$/s, ''));
  const code = found[2] === undefined ? body : Buffer.from(body, 'base64').toString();
  return textEntry(code, 'worker data: URL', TYPESCRIPT.test(found[1]) ? '.ts' : '.js');
}

function blobEntry(url) {
  const found = native.blob(url);
  if (found === undefined) {
    return { entry: { missing: `Cannot find module '${url}': the blob: URL is unknown or was revoked` }, label: url };
  }
  const { Buffer } = require('node/buffer');
  const extension = TYPESCRIPT.test(found[1]) ? '.ts' : '.js';
  return textEntry(Buffer.from(found[0]).toString(), 'worker blob: URL', extension);
}

/** The entry of a URL, or undefined if there is no such scheme for workers. */
function urlEntry(href) {
  if (href.startsWith('file:')) return fileEntry(require('node/url').fileURLToPath(href));
  if (href.startsWith('data:')) return dataEntry(href);
  if (href.startsWith('blob:')) return blobEntry(href);
  return undefined;
}

/** Of node:worker_threads: a path, a URL object, or code with `eval: true`. */
function nodeEntry(filename, isCode) {
  if (isCode) {
    if (typeof filename !== 'string') {
      throw new codes.ERR_INVALID_ARG_VALUE('options.eval', true, "must be false when 'filename' is not a string");
    }
    return textEntry(filename, 'worker eval', '');
  }
  if (isUrl(filename)) {
    const found = urlEntry(filename.href);
    if (found === undefined) throw new codes.ERR_INVALID_URL_SCHEME(['file', 'data']);
    return found;
  }
  if (typeof filename !== 'string') {
    throw new codes.ERR_INVALID_ARG_TYPE('filename', ['string', 'URL'], filename);
  }
  const path = require('node/path');
  if (!path.isAbsolute(filename) && !/^\.\.?[\\/]/.test(filename)) throw new codes.ERR_WORKER_PATH(filename);
  return fileEntry(path.resolve(filename));
}

/** Of the global `Worker`: a URL or its text, or a path as an import would write it. */
function webEntry(specifier) {
  const text = isUrl(specifier) ? specifier.href : `${specifier}`;
  const found = urlEntry(text);
  if (found !== undefined) return found;
  if (/^[a-z][a-z0-9+.-]+:/i.test(text)) {
    const { DOMException } = require('web/dom_exception');
    throw new DOMException(`a Worker cannot be loaded from ${text}: only files, file:, data: and blob: URLs can`, 'SecurityError');
  }
  return fileEntry(nearestFile(text));
}

/** A relative path is looked for where the run was started, then beside the file that names it. */
function nearestFile(name) {
  const path = require('node/path');
  const { existsSync } = require('node/fs');
  const fromHere = path.resolve(name);
  if (path.isAbsolute(name) || existsSync(fromHere)) return fromHere;
  const caller = binding('harness').callSite()?.file;
  const besideCaller = caller === undefined ? fromHere : path.resolve(path.dirname(caller), name);
  return existsSync(besideCaller) ? besideCaller : fromHere;
}

module.exports = { nodeEntry, webEntry };
