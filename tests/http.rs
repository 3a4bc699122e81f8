//! The network in test files: what they leave open ends with them, and the packages that people use for it work.

use std::path::Path;

use crate::support::Project;

const FILES: usize = 50;

/// Each file leaves a server, a listener, a busy connection and a fetch without an answer behind; the next one on the same worker looks whether
/// anybody still listens on the ports that were written down.
fn project() -> Project {
    let project = Project::new();
    for index in 0..FILES {
        project.write(
            &format!("tests/left{index:02}.test.ts"),
            r#"
import { serve } from 'trun';
import net from 'node:net';
import fs from 'node:fs';
import { once } from 'node:events';

const list = `ports-${process.env.TRUN_WORKER_ID ?? process.pid}`;
const isOpen = (port: number) => new Promise<boolean>((resolve) => {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('connect', () => { socket.destroy(); resolve(true); });
  socket.on('error', () => resolve(false));
});

test('the file before has left nothing', async () => {
  const ports = fs.existsSync(list) ? fs.readFileSync(list, 'utf8').trim().split('\n').map(Number) : [];
  for (const port of ports) expect([port, await isOpen(port)]).toEqual([port, false]);
});

test('leaves much open', async () => {
  let entered = () => {};
  const busy = new Promise<void>((resolve) => { entered = resolve; });
  const server = serve({ hostname: '127.0.0.1', fetch: () => { entered(); return new Promise<Response>(() => {}); } });
  const listener = net.createServer(() => {}).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  fetch(server.url).then(() => { throw new Error('an answer'); }, (error) => { throw error; });
  const socket = net.connect((listener.address() as net.AddressInfo).port, '127.0.0.1');
  socket.on('close', () => { throw new Error('told of the close'); });
  await once(socket, 'connect');
  await busy;
  expect(server.pendingRequests).toBe(1);
  fs.writeFileSync(list, `${server.port}\n${(listener.address() as net.AddressInfo).port}\n`);
});
"#,
        );
    }
    project
}

#[test]
fn servers_sockets_and_fetches_end_with_their_file() {
    for workers in ["--parallel=1", "--parallel=2"] {
        let project = project();
        let outcome = project.trun(&[workers]).run();
        outcome.exits(0).counts(2 * FILES as u64, 0);
    }
}

/// The short form of `make soak-http`.
#[test]
fn a_busy_server_leaves_no_request_and_no_socket_behind() {
    Project::fixture("../http-soak")
        .trun(&[])
        .env("SOAK", "2000")
        .run()
        .exits(0)
        .counts(1, 0);
}

/// express, fastify, supertest and ws from npm, pinned in `tests/npm`.
#[test]
fn web_packages_from_npm_work() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let packages = root.join("tests/npm/node_modules");
    assert!(
        packages.join("express").is_dir(),
        "the npm packages are not installed: run `make npm`"
    );
    let project = Project::new();
    std::os::unix::fs::symlink(packages, project.path("node_modules")).expect("a fresh project has no packages");
    for name in ["apps.test.ts", "ws.test.ts"] {
        let text = std::fs::read_to_string(root.join("fixtures/npm-http").join(name)).expect("the fixture is there");
        project.write(name, &text);
    }
    project.trun(&["--parallel=2"]).run().exits(0).counts(9, 0);
}
