const assert = require('node:assert');
const rtc = require('node-datachannel');

module.exports = {
  async 'makes an offer'() {
    const peer = new rtc.PeerConnection('peer', { iceServers: [] });
    const offer = new Promise((resolve) => peer.onLocalDescription((sdp, type) => resolve({ sdp, type })));
    const channel = peer.createDataChannel('channel');
    const { sdp, type } = await offer;
    assert.deepStrictEqual([type, sdp.startsWith('v=0')], ['offer', true]);
    channel.close();
    peer.close();
    rtc.cleanup();
  },
};
