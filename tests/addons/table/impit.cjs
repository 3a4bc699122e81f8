const assert = require('node:assert');
const http = require('node:http');
const { Impit } = require('impit');

module.exports = {
  async 'fetches'() {
    const server = http.createServer((request, response) => response.end('hello')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const response = await new Impit().fetch(`http://127.0.0.1:${server.address().port}/`);
    assert.deepStrictEqual([response.status, await response.text()], [200, 'hello']);
    server.close();
  },
};
