//! The engine layer against the real engine. One test thread holds one VM, so each test makes its own.

use super::*;

pub(super) fn with_vm(test: impl FnOnce(&Vm, &Global)) {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| configure(EngineOptions::default()));
    let vm = Vm::new().expect("the engine is installed");
    let global = vm.create_global();
    test(&vm, &global);
}

#[test]
fn values_travel_both_ways() {
    with_vm(|_, global| {
        global.enter(|cx| {
            let text = cx.eval("'gr\\u00fc\\u00df' + 1", "t").and_then(|v| v.to_text(cx));
            assert!(matches!(text.as_deref(), Ok("grüß1")));
            assert!(
                cx.string("äö")
                    .is_same(cx, cx.eval("'äö'", "t").unwrap_or(cx.undefined()))
            );
            assert_eq!(cx.number(3.0).as_integer(cx), Some(3));
            assert_eq!(cx.number(3.5).as_integer(cx), None);
        });
    });
}

#[test]
fn host_functions_throw_and_panic_into_javascript() {
    fn add<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
        Ok(cx.number(args.number(cx, 0)? + args.number(cx, 1)?))
    }
    fn fail<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
        Err(cx.coded_error(ErrorClass::RangeError, "E_TEST", "no"))
    }
    fn explode<'r>(_: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
        panic!("boom")
    }
    static TABLE: BindingTable = BindingTable {
        name: "t",
        entries: &[host(c"add", add), host(c"fail", fail), host(c"explode", explode)],
    };
    with_vm(|_, global| {
        global.enter(|cx| {
            let table = TABLE.instantiate(cx);
            assert!(cx.global().set(cx, "t", table).is_ok());
            let run = |source: &str| {
                cx.eval(source, "t")
                    .and_then(|v| v.to_text(cx))
                    .unwrap_or_else(|e| format!("threw {:?}", e.0.to_text(cx).ok()))
            };
            assert_eq!(run("t.add(1, 2)"), "3");
            assert_eq!(
                run("try { t.fail() } catch (e) { e.code + e.message + (e instanceof RangeError) }"),
                "E_TESTnotrue"
            );
            assert_eq!(
                run("try { t.explode() } catch (e) { e.message }"),
                "bug in trun: a native function panicked: boom"
            );
        });
    });
}

#[test]
fn persistents_survive_collections_and_end_with_their_realm() {
    with_vm(|vm, global| {
        let kept: Vec<Persistent> = global.enter(|cx| {
            (0..1000)
                .map(|i| {
                    let object = cx.object();
                    assert!(object.set(cx, "i", cx.number(i)).is_ok());
                    global.persist(object, "a test")
                })
                .collect()
        });
        vm.collect(global);
        global.enter(|cx| {
            for (i, persistent) in (0..).zip(&kept) {
                let object = persistent.open(cx).expect("kept");
                assert_eq!(object.get(cx, "i").ok().and_then(|v| v.as_integer(cx)), Some(i));
            }
        });
        let other = vm.create_global();
        assert!(
            other.enter(|cx| kept[0].open(cx).is_none()),
            "opens in its own realm only"
        );
        assert_eq!(global.clear_persistents(), ["a test"; 1000]);
        assert!(global.enter(|cx| kept[0].open(cx).is_none()));
    });
}

#[test]
fn released_realms_are_collected() {
    with_vm(|vm, keeper| {
        #[inline(never)]
        fn make_and_release(vm: &Vm) -> Weak<'_> {
            let global = vm.create_global();
            global.enter(|cx| {
                let _ = cx.eval("globalThis.big = Array.from({ length: 1000 }, (_, i) => ({ i }))", "t");
                Weak::new(vm, cx.global())
            })
        }
        let weaks: Vec<_> = (0..20).map(|_| make_and_release(vm)).collect();
        vm.collect(keeper);
        let alive = weaks.iter().filter(|w| w.is_alive()).count();
        assert!(alive <= 2, "{alive} of 20 released realms are still alive");
    });
}

#[test]
fn endless_loops_stop_with_their_stack() {
    with_vm(|vm, global| {
        vm.watchdog().set_deadline(Some(std::time::Instant::now()));
        let result = global.enter(|cx| {
            cx.eval(
                "function spin() { for (;;); }\nfunction outer() { spin(); }\nouter()",
                "loop.js",
            )
            .is_err()
        });
        assert!(result && vm.watchdog().stopped());
        let stack = vm.watchdog().take_stack().expect("a stack");
        assert!(
            stack.contains("spin@loop.js") && stack.contains("outer@loop.js:2"),
            "{stack}"
        );
        vm.watchdog().set_deadline(None);
        vm.absorb_termination(global);
        assert!(global.enter(|cx| cx.eval("1", "t").is_ok()), "the VM goes on");
    });
}

#[test]
fn microtasks_run_when_the_outermost_entry_ends() {
    with_vm(|_, global| {
        global.enter(|cx| {
            assert!(
                cx.eval("globalThis.ran = 0; Promise.resolve().then(() => { ran = 1 })", "t")
                    .is_ok()
            );
            assert_eq!(cx.eval("ran", "t").ok().and_then(|v| v.as_integer(cx)), Some(0));
        });
        assert_eq!(
            global.enter(|cx| cx.eval("ran", "t").ok().and_then(|v| v.as_integer(cx))),
            Some(1)
        );
    });
}

#[test]
fn bytes_are_shared_and_offsets_are_honoured() {
    with_vm(|_, global| {
        global.enter(|cx| {
            let array = cx.uint8_array(vec![1, 2, 3, 4]).unwrap_or(cx.object());
            assert!(cx.global().set(cx, "a", array).is_ok());
            let view = cx.eval("a.subarray(1, 3)", "t").unwrap_or(cx.undefined());
            let seen = view.with_bytes(cx, |bytes| {
                bytes[0] = 9;
                bytes.to_vec()
            });
            assert!(matches!(seen, Ok(Some(ref b)) if b == &[9, 3]));
            assert_eq!(
                cx.eval("a.join()", "t").and_then(|v| v.to_text(cx)).ok().as_deref(),
                Some("1,9,3,4")
            );
            assert!(matches!(cx.number(1.0).with_bytes(cx, |_| ()), Ok(None)));
        });
    });
}

#[test]
fn host_objects_drop_what_they_own() {
    struct Flag(std::rc::Rc<std::cell::Cell<u32>>);
    impl Drop for Flag {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let count = std::rc::Rc::new(std::cell::Cell::new(0));
    {
        let vm = Vm::new().expect("the engine is installed");
        let global = vm.create_global();
        let class = HostClass::<Flag>::new(c"Flag");
        global.enter(|cx| {
            let object = class.wrap(cx, Flag(count.clone()));
            assert!(class.get(cx, object.into()).is_some());
            assert!(class.get(cx, cx.object().into()).is_none());
        });
    }
    assert_eq!(count.get(), 1, "the end of the VM runs every finalizer");
}

#[test]
fn a_second_endless_loop_stops_too() {
    with_vm(|vm, global| {
        assert!(global.enter(|cx| cx.eval("function spin() { for (;;); }", "loop.js").is_ok()));
        for round in 0..3 {
            vm.watchdog()
                .set_deadline(Some(std::time::Instant::now() + std::time::Duration::from_millis(300)));
            let stopped = global.enter(|cx| cx.eval("spin()", "loop.js").is_err());
            assert!(stopped && vm.watchdog().stopped(), "round {round}");
            vm.watchdog().set_deadline(None);
            vm.absorb_termination(global);
        }
    });
}

#[test]
fn a_microtask_that_spins_stops() {
    with_vm(|vm, global| {
        for round in 0..3 {
            vm.watchdog()
                .set_deadline(Some(std::time::Instant::now() + std::time::Duration::from_millis(50)));
            global.enter(|cx| {
                let _ = cx.eval("Promise.resolve().then(() => { for (;;); }); 1", "loop.js");
            });
            assert!(vm.watchdog().stopped(), "round {round}");
            vm.watchdog().set_deadline(None);
            vm.absorb_termination(global);
        }
    });
}

fn pinned(cx: Ctx<'_>, source: &str) -> Option<Pinned> {
    let made = cx.eval(source, "test").ok().expect("it evaluates");
    made.pin(cx).ok().expect("pinning does not throw")
}

#[test]
fn every_kind_of_buffer_and_view_can_be_pinned() {
    with_vm(|_, global| {
        global.enter(|cx| {
            for (source, len, is_view) in [
                ("new ArrayBuffer(8)", 8, false),
                ("new SharedArrayBuffer(8)", 8, false),
                ("new ArrayBuffer(8, { maxByteLength: 64 })", 8, false),
                ("new Uint8Array(8)", 8, true),
                ("new Float16Array(4)", 8, true),
                ("new BigInt64Array(1)", 8, true),
                ("new DataView(new ArrayBuffer(16), 8)", 8, true),
                ("new Uint8Array(new SharedArrayBuffer(8), 1)", 7, true),
            ] {
                let pin = pinned(cx, source).unwrap_or_else(|| panic!("{source} has bytes"));
                assert_eq!((pin.len, pin.is_view), (len, is_view), "{source}");
                assert_ne!(pin.address, 0, "{source}");
            }
            for source in [
                "new Uint8Array(0)",
                "new ArrayBuffer(0)",
                "const b = new ArrayBuffer(8), v = new Uint8Array(b); b.transfer(); v",
            ] {
                assert_eq!(pinned(cx, source).map(|pin| pin.len), Some(0), "{source}");
            }
            for source in ["({})", "[1]", "5", "'text'", "null", "undefined", "(() => 0)"] {
                assert_eq!(pinned(cx, source), None, "{source}");
            }
        });
    });
}

#[test]
fn a_pinned_address_stays_while_a_buffer_grows_shrinks_and_is_transferred() {
    with_vm(|_, global| {
        global.enter(|cx| {
            let buffer = cx
                .eval("globalThis.b = new ArrayBuffer(8, { maxByteLength: 1 << 20 })", "test")
                .ok()
                .expect("a buffer");
            let before = buffer.pin(cx).ok().flatten().expect("bytes");
            for step in [
                "b.resize(1 << 20)",
                "b.resize(4)",
                "b.resize(65536)",
                "try { b.transfer() } catch {}",
            ] {
                assert!(cx.eval(step, "test").is_ok(), "{step}");
                cx.collect();
                let after = buffer.pin(cx).ok().flatten().expect("bytes");
                assert_eq!(after.address, before.address, "{step}");
            }
        });
    });
}
