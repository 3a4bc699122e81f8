// Classes of the platform that can be cloned: what loads one says how it is recognised and written. A file of its own, for it is loaded
// with them.

/** `is(object)` recognises an object of the class, `write(writer, object)` writes it. */
const platform = [];

function register(is, write) {
  platform[platform.length] = { is, write };
}

module.exports = { platform, register };
