// Reads JUnit documents by the package junit-to-ctrf and prints what it makes of them, as one JSON list.
import { convertJUnitToCTRFReport } from 'junit-to-ctrf';

const reports = [];
for (const path of process.argv.slice(2)) {
  reports.push((await convertJUnitToCTRFReport(path)).results);
}
process.stdout.write(JSON.stringify(reports));
