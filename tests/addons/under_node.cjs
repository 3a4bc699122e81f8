// Runs one addon's cases under Node: `node under_node.cjs NAME`. One line a case; exits with 1 if one fails.
const cases = require(`./cases/${process.argv[2]}.cjs`);

(async () => {
  for (const [title, run] of Object.entries(cases)) {
    try {
      await run();
      console.log(`ok ${title}`);
    } catch (error) {
      console.log(`not ok ${title}: ${error.stack}`);
      process.exitCode = 1;
    }
  }
  process.exit();
})();
