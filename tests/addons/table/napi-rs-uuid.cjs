const assert = require('node:assert');
const { v4 } = require('@napi-rs/uuid');

module.exports = {
  'makes them'() {
    assert.match(v4(), /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    assert.notStrictEqual(v4(), v4());
  },
};
