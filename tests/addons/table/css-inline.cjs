const assert = require('node:assert');
const { inline } = require('@css-inline/css-inline');

module.exports = {
  'puts styles into elements'() {
    assert.match(inline('<html><head><style>p { color: red }</style></head><body><p>x</p></body></html>'), /<p style="color: red;?">/);
  },
};
