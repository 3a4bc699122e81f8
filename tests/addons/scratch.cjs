// Folders for one file's databases, in the folder the run may fill.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

exports.scratch = () => fs.mkdtempSync(path.join(os.tmpdir(), 'addon-'));
