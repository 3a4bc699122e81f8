// Runs one addon's cases under Node: `node under_node.cjs FILE`. One line a case; exits with 1 if one fails.
const path = require('node:path');

(async () => {
  const { leave, ...cases } = require(path.resolve(process.argv[2]));
  for (const [title, run] of Object.entries(cases)) {
    try {
      await run();
      console.log(`ok ${title}`);
    } catch (error) {
      console.log(`not ok ${title}\n${error.stack}`);
      process.exitCode = 1;
    }
  }
  process.exit();
})();
