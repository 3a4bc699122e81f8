// Turns npm packages into built-ins of the runtime: one file each in vm/js/dist, a body of
// `(function (exports, require, module, binding) {…})`, and their licences beside them. Run by `make assets`.
//
// A package's own copies of what the runtime has (events, buffer, errors …) are left out: their requires become requires of built-ins.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, '../js/dist');

/** Built-in name, package, entry, and what of its requires is the runtime's: a pattern for the specifier and the built-in. */
const assets = [
  {
    name: 'readable_stream',
    package: 'readable-stream',
    entry: 'readable-stream/lib/stream.js',
    builtins: [
      [/^buffer$/, 'node/buffer'],
      [/^events$/, 'node/events'],
      [/^string_decoder\/$/, 'node/string_decoder'],
      [/^abort-controller$/, 'web/abort'],
      [/\/ours\/(errors|util)$|^\.\.\/shims\/process$|^process\/$/, 'internal/stream_support'],
    ],
  },
  {
    name: 'web_streams',
    package: 'web-streams-polyfill',
    entry: 'web-streams-polyfill',
    builtins: [],
  },
];

function useBuiltins(table) {
  return {
    name: 'builtins',
    setup(bundler) {
      for (const [filter, path] of table) bundler.onResolve({ filter }, () => ({ path, external: true }));
    },
  };
}

async function bundle({ name, entry, builtins }) {
  await build({
    entryPoints: [entry],
    absWorkingDir: here,
    outfile: join(dist, `${name}.js`),
    bundle: true,
    format: 'cjs',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2023',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [useBuiltins(builtins)],
  });
}

/** Only what may be shipped is: a package without an MIT licence file stops the build. */
function licenceOf({ package: name }) {
  const folder = join(here, 'node_modules', name);
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (license !== 'MIT') throw new Error(`${name} ${version} is not under the MIT licence but under ${license}`);
  return `${name} ${version}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8').trim()}\n`;
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
for (const asset of assets) await bundle(asset);
writeFileSync(join(dist, 'LICENSES.txt'), assets.map(licenceOf).join('\n----\n\n'));
