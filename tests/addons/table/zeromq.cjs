const assert = require('node:assert');

module.exports = {
  async 'sends and receives'() {
    const zmq = require('zeromq');
    const [push, pull] = [new zmq.Push(), new zmq.Pull()];
    await push.bind('tcp://127.0.0.1:*');
    pull.connect(push.lastEndpoint);
    await push.send('hello');
    assert.strictEqual(String((await pull.receive())[0]), 'hello');
    push.close();
    pull.close();
  },
};
