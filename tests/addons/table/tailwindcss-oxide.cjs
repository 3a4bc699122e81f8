const assert = require('node:assert');
const { Scanner } = require('@tailwindcss/oxide');

module.exports = {
  'finds candidates'() {
    const scanner = new Scanner({ sources: [] });
    const found = scanner.getCandidatesWithPositions({ content: '<p class="flex p-4">', extension: 'html' });
    assert.ok(found.some((one) => one.candidate === 'p-4'));
  },
};
