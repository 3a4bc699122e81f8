const assert = require('node:assert');
const { DAVESession, DAVE_PROTOCOL_VERSION } = require('@snazzah/davey');

module.exports = {
  'opens a session'() {
    const session = new DAVESession(DAVE_PROTOCOL_VERSION, '158049329150427136', '927310423890473011');
    assert.strictEqual(session.protocolVersion, DAVE_PROTOCOL_VERSION);
    assert.ok(Buffer.isBuffer(session.getSerializedKeyPackage()));
  },
};
