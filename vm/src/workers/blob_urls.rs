//! What `blob:` URLs stand for: one table for the process, because a worker's entry may be one of its parent's.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use crate::engine::{Args, Ctx, JsResult};

struct Stored {
    bytes: Arc<[u8]>,
    media_type: String,
}

static STORED: LazyLock<Mutex<HashMap<String, Stored>>> = LazyLock::new(Mutex::default);
static COUNT: AtomicU64 = AtomicU64::new(0);

fn stored() -> MutexGuard<'static, HashMap<String, Stored>> {
    STORED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The test file is over: its URLs mean nothing any more.
pub(super) fn forget_all() {
    if COUNT.load(Ordering::Relaxed) > 0 {
        stored().clear();
    }
}

/// `storeBlob(url, bytes, type)`
pub(super) fn store<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let url = args.text(cx, 0)?;
    let bytes: Option<Arc<[u8]>> = args.get(cx, 1).with_bytes(cx, |bytes| Arc::from(&*bytes))?;
    let media_type = args.text(cx, 2)?;
    COUNT.fetch_add(1, Ordering::Relaxed);
    let bytes = bytes.unwrap_or_default();
    stored().insert(url, Stored { bytes, media_type });
    Ok(cx.undefined())
}

/// `revokeBlob(url)`
pub(super) fn revoke<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let url = args.text(cx, 0)?;
    stored().remove(&url);
    Ok(cx.undefined())
}

/// `blob(url)`: `[bytes, type]`, or undefined.
pub(super) fn find<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let url = args.text(cx, 0)?;
    let found = stored()
        .get(&url)
        .map(|blob| (Arc::clone(&blob.bytes), blob.media_type.clone()));
    let Some((bytes, media_type)) = found else {
        return Ok(cx.undefined());
    };
    let pair = cx.array();
    pair.set_index(cx, 0, cx.uint8_array(bytes.to_vec())?)?;
    pair.set_index(cx, 1, cx.string(&media_type))?;
    Ok(pair.into())
}
