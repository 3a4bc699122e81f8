//! Each chapter's addon with the tests beside it (`fixtures/addons/<chapter>/addon.test.js`).

use crate::support::addon::topic;

macro_rules! chapters {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            topic(stringify!($name)).trun(&["--parallel=1"]).run().exits(0);
        }
    )*};
}

chapters! { functions values strings objects references classes buffers errors primitives env statuses }

/// Handles, references and finalizers while the collector runs at every chance.
#[test]
fn chapters_under_stress() {
    for chapter in ["functions", "references", "classes", "buffers", "env"] {
        topic(chapter)
            .trun(&["--parallel=1"])
            .env("TRUN_GC_STRESS", "5")
            .run()
            .exits(0);
    }
}
