//! `binding('form')`: `multipart/form-data` that arrived whole.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::stream;
use multer::Multipart;

use crate::engine::{Args, BindingTable, Ctx, JsResult, host as native};

pub(crate) static FORM: BindingTable = BindingTable {
    name: "form",
    entries: &[native(c"parse", parse), native(c"boundary", boundary)],
};

/// One entry of a form.
struct Part {
    name: String,
    file_name: Option<String>,
    content_type: Option<String>,
    bytes: Bytes,
}

async fn parts(body: Vec<u8>, content_type: &str) -> multer::Result<Vec<Part>> {
    let boundary = multer::parse_boundary(content_type)?;
    let whole = stream::once(async move { Ok::<_, Infallible>(Bytes::from(body)) });
    let mut form = Multipart::new(whole, boundary);
    let mut list = Vec::new();
    while let Some(field) = form.next_field().await? {
        list.push(Part {
            name: field.name().unwrap_or_default().to_owned(),
            file_name: field.file_name().map(str::to_owned),
            content_type: field.content_type().map(ToString::to_string),
            bytes: field.bytes().await?,
        });
    }
    Ok(list)
}

/// `boundary()`: text that no part contains but by chance.
fn boundary<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    let mut random = [0; 16];
    openssl::rand::rand_bytes(&mut random).map_err(|error| cx.type_error(&error.to_string()))?;
    Ok(cx.string(&data_encoding::HEXLOWER.encode(&random)))
}

/// `parse(bytes, contentType)`: name, file name, type and bytes of each part in turn; the text of the error if it is none.
fn parse<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let body = args.get(cx, 0).to_bytes(cx, "body")?;
    let content_type = args.text(cx, 1)?;
    // Everything is there, so nothing is ever waited for.
    let parsed = parts(body, &content_type).now_or_never();
    let list = match parsed {
        Some(Ok(list)) => list,
        Some(Err(error)) => return Ok(cx.string(&error.to_string())),
        None => return Ok(cx.string("the form is not complete")),
    };
    let flat = cx.array();
    for (index, part) in (0..).step_by(4).zip(list) {
        flat.set_index(cx, index, cx.string(&part.name))?;
        flat.set_index(cx, index + 1, cx.optional_string(part.file_name.as_deref()))?;
        flat.set_index(cx, index + 2, cx.optional_string(part.content_type.as_deref()))?;
        flat.set_index(cx, index + 3, cx.array_buffer(part.bytes.to_vec())?)?;
    }
    Ok(flat.into())
}
