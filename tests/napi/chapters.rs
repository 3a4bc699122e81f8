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

chapters! { functions values strings objects references classes buffers errors primitives env services statuses }
