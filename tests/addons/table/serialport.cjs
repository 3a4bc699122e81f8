const assert = require('node:assert');
const { LinuxBinding } = require('@serialport/bindings-cpp');

module.exports = {
  async 'refuses what is no port'() {
    await assert.rejects(LinuxBinding.open({ path: '/dev/null', baudRate: 9600 }), /Inappropriate ioctl|cannot open/i);
    await assert.rejects(LinuxBinding.open({ path: '/missing', baudRate: 9600 }), /No such file/);
  },
};
