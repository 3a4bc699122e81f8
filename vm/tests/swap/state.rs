//! What a file changes of the process is seen at once where it must be, and undone for the next file.

use crate::support::Worker;

fn system_name() -> String {
    std::fs::read_to_string("/proc/thread-self/comm").expect("Linux tells")
}

#[test]
fn everything_is_undone_for_the_next_file() {
    let mut worker = Worker::new();
    let look = "[process.cwd(), process.umask(), process.title, process.env.TRUN_TEST_STATE, process.env.TZ,
  process.env.HOME, Object.keys(process.env).length, `${new Date(0)}`, Intl.DateTimeFormat().resolvedOptions().timeZone].join()";
    let show = format!("test('look', () => console.log({look}));");
    let name = system_name();
    worker.pass(&show);
    let before = worker.heard.output.take();
    worker.pass(
        "test('change', () => {
  process.chdir('/');
  process.umask(0o077);
  process.title = 'a title that is longer than the system keeps';
  process.env.TRUN_TEST_STATE = 'x';
  process.env.TZ = 'Asia/Tokyo';
  delete process.env.HOME;
  expect(process.title).toBe('a title that is longer than the system keeps');
});",
    );
    worker.heard.output.take();
    assert_eq!(system_name(), name);
    worker.pass(&show);
    assert_eq!(worker.heard.output.take(), before);
}

#[test]
fn the_title_is_what_the_system_lists() {
    let mut worker = Worker::new();
    worker.pass(
        "import { readFileSync } from 'node:fs';
test('title', () => {
  process.title = 'named by a test case';
  expect(readFileSync('/proc/thread-self/comm', 'utf8')).toBe('named by a test\\n');
});",
    );
}

#[test]
fn another_time_zone_is_seen_by_what_runs_next() {
    let mut worker = Worker::new();
    worker.pass(
        "const hour = () => new Date(0).getHours();
const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
process.env.TZ = 'America/New_York';
test('from the top of the file', () => {
  expect([hour(), zone()]).toEqual([19, 'America/New_York']);
});
test('from the test itself, before a date was used', () => {
  process.env.TZ = 'Asia/Tokyo';
  expect([hour(), zone()]).toEqual([9, 'Asia/Tokyo']);
});
test('after an await', async () => {
  process.env.TZ = 'Europe/Paris';
  expect(hour()).toBe(1);
  process.env.TZ = 'Asia/Kolkata';
  await 0;
  expect(new Date(0).getTimezoneOffset()).toBe(-330);
});
describe('hooks', () => {
  beforeAll(() => { process.env.TZ = 'Pacific/Auckland'; });
  test('see it', () => expect(hour()).toBe(12));
});",
    );
    worker.pass("test('undone', () => expect(process.env.TZ).toBe(undefined));");
}
