// `import.meta`, with the additions of Node and of other runtimes that tests rely on.

const { throwReply } = require('internal/modules/errors');

/** The URL of a file. */
function fileUrl(path, query) {
  if (path.startsWith('data:')) return path;
  return `file://${encodeURI(path).replace(/[?#]/g, encodeURIComponent)}${query}`;
}

/** Turns `f:<file>` and `b:<id>` into what `import.meta.resolve` returns. */
function urlOfReply(reply, specifier) {
  if (reply.startsWith('b:')) {
    const id = reply.slice(2);
    return id.startsWith('node/') ? `node:${id.slice(5)}` : specifier;
  }
  const target = reply.slice(2);
  const query = target.indexOf('?');
  return query < 0 ? fileUrl(target, '') : fileUrl(target.slice(0, query), target.slice(query));
}

function resolveFrom(mod, loader, specifier) {
  const text = `${specifier}`;
  const reply = loader.natives.resolve(text, mod.id, 0);
  if (!reply.startsWith('e:')) return urlOfReply(reply, text);
  // A path is resolved whether or not the file exists.
  if (/^\.{0,2}\//.test(text)) {
    const path = require('node/path');
    return fileUrl(path.resolve(path.dirname(mod.file), text), '');
  }
  return throwReply(reply);
}

function createImportMeta(mod, loader) {
  const path = require('node/path');
  return {
    __proto__: null,
    dirname: path.dirname(mod.file),
    filename: mod.file,
    main: false,
    resolve: (specifier) => resolveFrom(mod, loader, specifier),
    url: fileUrl(mod.file, mod.query),
    dir: path.dirname(mod.file),
    file: path.basename(mod.file),
    path: mod.file,
    get env() {
      return globalThis.process.env;
    },
    get require() {
      return mod.require;
    },
  };
}

module.exports = { createImportMeta, fileUrl, urlOfReply };
