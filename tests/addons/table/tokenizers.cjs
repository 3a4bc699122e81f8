const assert = require('node:assert');
const { Tokenizer } = require('@anush008/tokenizers');

module.exports = {
  async 'tokenizes'() {
    const model = { type: 'WordLevel', vocab: { hello: 0, world: 1, '[UNK]': 2 }, unk_token: '[UNK]' };
    const tokenizer = Tokenizer.fromString(JSON.stringify({ version: '1.0', added_tokens: [], pre_tokenizer: { type: 'Whitespace' }, model }));
    const encoding = await tokenizer.encode('hello world');
    assert.deepStrictEqual([...encoding.getIds()], [0, 1]);
  },
};
