// Reads JSON reports by the package jest-editor-support, as editors do that are made for Jest, and prints what they show,
// as one JSON list.
const { readFileSync } = require('node:fs');
const { TestReconciler } = require('jest-editor-support');

const read = (path) => new TestReconciler().updateFileWithJestStatus(JSON.parse(readFileSync(path, 'utf8')));
process.stdout.write(JSON.stringify(process.argv.slice(2).map(read)));
