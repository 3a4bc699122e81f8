//! `binding('url')`: parsing URLs and changing their parts.

use crate::engine::{Args, BindingTable, Ctx, JsResult, host as native};

use super::url_ops::{self as ops, Parts};

pub(crate) static URL: BindingTable = BindingTable {
    name: "url",
    entries: &[
        native(c"parse", parse),
        native(c"set", set),
        native(c"domainToASCII", domain_to_ascii),
        native(c"domainToUnicode", domain_to_unicode),
    ],
};

/// href, protocol, username, password, host, hostname, port, pathname, search, hash, origin.
fn list(cx: Ctx<'_>, parts: Option<Parts>) -> JsResult<'_> {
    match parts {
        Some(parts) => cx.string_array(parts.into_list()).map(Into::into),
        None => Ok(cx.undefined()),
    }
}

/// `parse(input, base?)`: the parts, or nothing if it is no URL.
fn parse<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (input, base) = (args.text(cx, 0)?, args.get(cx, 1));
    let base = if base.is_undefined(cx) {
        None
    } else {
        Some(base.to_text(cx)?)
    };
    list(cx, ops::parse(&input, base.as_deref()))
}

/// `set(href, part, value)`: the parts with one of them changed.
fn set<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    list(cx, ops::set(&args.text(cx, 0)?, &args.text(cx, 1)?, &args.text(cx, 2)?))
}

/// `domainToASCII(domain)`
fn domain_to_ascii<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.string(&ops::domain_to_ascii(&args.text(cx, 0)?)))
}

/// `domainToUnicode(domain)`
fn domain_to_unicode<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.string(&ops::domain_to_unicode(&args.text(cx, 0)?)))
}
