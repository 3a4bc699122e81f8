// Foreign functions through an addon: calls, structures, callbacks, calls on other threads.
const assert = require('node:assert');
const koffi = require('koffi');

const libc = koffi.load('libc.so.6');

module.exports = {
  'calls functions of the C library'() {
    assert.strictEqual(libc.func('int abs(int)')(-3), 3);
    assert.strictEqual(libc.func('size_t strlen(const char *)')('hello'), 5);
    assert.strictEqual(libc.func('int snprintf(_Out_ uint8_t *, size_t, const char *, ...)')(Buffer.alloc(8), 8, '%d', 'int', 42), 2);
  },
  'calls back into JavaScript'() {
    const compare = koffi.proto(`int compare_${process.hrtime.bigint()}(const void *, const void *)`);
    const qsort = libc.func('qsort', 'void', ['int32_t *', 'size_t', 'size_t', koffi.pointer(compare)].map((type, i) => (i ? type : koffi.inout('int32_t *'))));
    const numbers = new Int32Array([5, 3, 9, 1]);
    let calls = 0;
    qsort(numbers, 4, 4, (a, b) => { calls++; return koffi.decode(a, 'int32_t') - koffi.decode(b, 'int32_t'); });
    assert.deepStrictEqual([...numbers], [1, 3, 5, 9]);
    assert.ok(calls > 2);
  },
  async 'calls on another thread'() {
    const abs = libc.func('int abs(int)');
    assert.strictEqual(await new Promise((resolve, reject) => abs.async(-4, (error, n) => (error ? reject(error) : resolve(n)))), 4);
  },
  'reads and writes structures'() {
    const Point = koffi.struct({ x: 'int', y: 'double' });
    const bytes = koffi.alloc(Point, 1);
    koffi.encode(bytes, Point, { x: 7, y: 0.5 });
    assert.deepStrictEqual({ ...koffi.decode(bytes, Point) }, { x: 7, y: 0.5 });
    koffi.free(bytes);
  },
  leave: () => koffi.register((n) => n, koffi.pointer(koffi.proto(`int left_${process.hrtime.bigint()}(int)`))),
};
