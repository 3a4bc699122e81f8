// node:stream/web: the globals of web streams, as a module.

module.exports = {
  ...require('dist/web_streams'),
  ...require('web/text_streams'),
  ...require('web/compression_streams'),
};
