const assert = require('node:assert');

module.exports = {
  async 'lists devices, or says why not'() {
    const { usb } = require('usb');
    try {
      assert.ok(Array.isArray(await usb.getDevices()));
    } catch (error) {
      assert.ok(error instanceof Error);
    }
  },
};
