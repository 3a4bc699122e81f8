const assert = require('node:assert');
const pty = require('@lydell/node-pty');

module.exports = {
  async 'runs a program in a terminal'() {
    const child = pty.spawn('/bin/sh', ['-c', 'echo hello; exit 3'], { cols: 80, rows: 24 });
    let text = '';
    child.onData((data) => { text += data; });
    const { exitCode } = await new Promise((resolve) => child.onExit(resolve));
    for (let turn = 0; turn < 1000 && !text.includes('hello'); turn++) await new Promise((resolve) => setTimeout(resolve, 1));
    assert.deepStrictEqual([exitCode, text.trim()], [3, 'hello']);
  },
};
