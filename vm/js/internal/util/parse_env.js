// The text of a .env file into an object: `NAME=value`, quotes, comments, `export`. Must not require anything.

const LINE = /^[ \t]*(?:export[ \t]+)?([^\s=#][^=\n#]*?)[ \t]*=[ \t]*(?:"((?:[^"]|\n)*?)"|'((?:[^']|\n)*?)'|`((?:[^`]|\n)*?)`|([^\n#]*))?[^\n]*$/gm;

function parseEnv(content) {
  const result = {};
  for (const [, key, double, single, backtick, bare] of content.replace(/\r\n?/g, '\n').matchAll(LINE)) {
    // Only double quotes know the escape for a line break.
    const quoted = double !== undefined ? double.replaceAll('\\n', '\n') : single ?? backtick;
    result[key] = quoted ?? (bare ?? '').trim();
  }
  return result;
}

module.exports = { parseEnv };
