const assert = require('node:assert');
const ort = require('onnxruntime-node');

module.exports = {
  async 'lists backends and refuses what is no model'() {
    assert.ok(ort.listSupportedBackends().some((backend) => backend.name === 'cpu'));
    await assert.rejects(ort.InferenceSession.create(Buffer.from('no model')));
  },
};
