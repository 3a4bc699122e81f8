//! Native functions from JavaScript: `trun:ffi` and `bun:ffi`. The JavaScript half is `vm/js/ffi`.
//!
//! Owns the libraries, functions and callbacks of the current realm and ends them in [`stop_all`]. Addresses that JavaScript passes are
//! taken at their word: a wrong one is a crash, charged to the running test as any other.

mod call;
mod callback;
mod cc;
mod closure;
mod convert;
mod library;
mod pointer;
mod registers;
mod signature;
mod slot;
mod text;
mod trouble;
mod types;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::engine::{
    Args, BindingTable, Ctx, ErrorClass, JsResult, Object, direct_host, host as native, unreachable_locked,
};
use crate::harness::observer::ProblemKind;
use crate::harness::problem;
use crate::host::host;

use callback::CallbackParts;
use library::Library;

/// `binding('ffi')`
pub(crate) static FFI: BindingTable = BindingTable {
    name: "ffi",
    entries: &[
        native(c"types", types),
        native(c"open", open),
        native(c"close", close),
        native(c"bindSymbol", bind_symbol),
        native(c"bindAddress", bind_address),
        native(c"unbind", unbind),
        direct_host(c"call", call::call_direct, call::call, call::finish),
        native(c"createCallback", create_callback),
        native(c"callbackAddress", callback_address),
        native(c"closeCallback", close_callback),
        native(c"ptr", pointer::ptr),
        direct_host(c"read", pointer::read_direct, pointer::read, unreachable_locked),
        native(c"text", pointer::text),
        native(c"toArrayBuffer", pointer::to_array_buffer),
        native(c"compile", compile),
    ],
};

#[derive(Default)]
struct Libraries {
    next: u32,
    open: HashMap<u32, Rc<Library>>,
    /// Of a realm that ends: what it left queued may still look into their memory.
    ending: Vec<Rc<Library>>,
}

thread_local! {
    static LIBRARIES: RefCell<Libraries> = RefCell::default();
}

/// Ends what the realm has left: its callbacks are neutralised and its functions forgotten at once; its libraries are let go by the next call, after the
/// last of its JavaScript has run. A swap calls it twice.
pub(crate) fn stop_all() {
    let untold = callback::close_all();
    trouble::forget();
    let mut ending: Vec<Rc<Library>> = call::unbind_all();
    let ended = LIBRARIES.with_borrow_mut(|libraries| {
        ending.extend(libraries.open.drain().map(|(_, library)| library));
        std::mem::replace(&mut libraries.ending, ending)
    });
    // Outside of the borrow: a library's own end may call anything.
    drop(ended);
    for text in untold {
        let problem = problem::plain(ProblemKind::Thrown, text);
        host().observer.borrow_mut().file_error(problem);
    }
}

/// `types()`: names and numbers of `FFIType`, flat.
fn types<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    let flat = cx.array();
    for (index, (name, number)) in (0..).zip(types::NAMES) {
        flat.set_index(cx, index * 2, cx.string(name))?;
        flat.set_index(cx, index * 2 + 1, cx.number(number))?;
    }
    Ok(flat.into())
}

/// `open(path | null)`: the number of an open library.
fn open<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let name = args.optional_text(cx, 0)?;
    let library = Library::open(name.as_deref()).map_err(|why| {
        let text = format!(
            "dlopen: the library {} cannot be opened: {why}",
            name.as_deref().unwrap_or_default()
        );
        cx.error(ErrorClass::Error, &text)
    })?;
    let number = LIBRARIES.with_borrow_mut(|libraries| {
        libraries.next += 1;
        libraries.open.insert(libraries.next, library);
        libraries.next
    });
    Ok(cx.number(number))
}

/// `close(library)`: its functions throw from now on. Twice is once.
fn close<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let number = args.u32(cx, 0)?;
    let library = LIBRARIES.with_borrow_mut(|libraries| libraries.open.remove(&number));
    if let Some(library) = library {
        call::unbind_all_of(&library);
    }
    Ok(cx.undefined())
}

/// `bindSymbol(library, symbol, argTypes, returnType)`: [number of the function, its address].
fn bind_symbol<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let number = args.u32(cx, 0)?;
    let name = args.text(cx, 1)?;
    let signature = signature::read(cx, args, 2, &name)?;
    let library = LIBRARIES.with_borrow(|libraries| libraries.open.get(&number).map(Rc::clone));
    let library = library.ok_or_else(|| cx.type_error("bug in trun: the library was closed"))?;
    let Some(address) = library.symbol(&name) else {
        return Err(cx.type_error(&format!("dlopen: {} has no symbol {name}", library.name)));
    };
    let function = call::bind(name, address, signature, Some(library));
    let pair = cx.array();
    pair.set_index(cx, 0, cx.number(function))?;
    pair.set_index(cx, 1, cx.number_from_u64(address as u64))?;
    Ok(pair.into())
}

/// `bindAddress(name, address, argTypes, returnType)`: the number of a function. JavaScript has checked the address.
fn bind_address<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let name = args.text(cx, 0)?;
    let address = slot::address(args.number(cx, 1)?).and_then(|address| usize::try_from(address).ok());
    let signature = signature::read(cx, args, 2, &name)?;
    let Some(address) = address.filter(|address| *address != 0) else {
        return Err(cx.type_error(&format!("{name}: ptr is no address of a function")));
    };
    Ok(cx.number(call::bind(name, address, signature, None)))
}

/// `unbind(function)`: it throws from now on.
fn unbind<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    call::unbind(args.u32(cx, 0)?);
    Ok(cx.undefined())
}

/// `createCallback(name, function, fail, threadsafe, argTypes, returnType)`: the number of a callback.
fn create_callback<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let name = args.text(cx, 0)?;
    let signature = signature::read(cx, args, 4, &name)?;
    let parts = CallbackParts {
        function: args.function(cx, 1, "callback")?,
        fail: args.function(cx, 2, "fail")?,
        is_threadsafe: args.bool(cx, 3),
        signature,
        name,
    };
    Ok(cx.number_from_u64(callback::create(cx, parts)?))
}

/// Numbers of callbacks stay far below 2^53.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "made by `create_callback`"
)]
fn callback_number<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r, u64> {
    Ok(args.number(cx, 0)? as u64)
}

/// `callbackAddress(callback)`: what native code calls, or null once it is closed.
fn callback_address<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let address = callback::address(cx, callback_number(cx, args)?)?;
    Ok(address.map_or_else(|| cx.null(), |address| cx.number_from_u64(address as u64)))
}

/// `closeCallback(callback)`: its calls return zero from now on. Twice is once.
fn close_callback<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    callback::close(callback_number(cx, args)?);
    Ok(cx.undefined())
}

fn strings<'r>(cx: Ctx<'r>, list: Object<'r>) -> JsResult<'r, Vec<String>> {
    (0..list.length(cx)?)
        .map(|index| list.get_index(cx, index)?.to_text(cx))
        .collect()
}

/// `compile(files, options, libraries)`: the path of the compiled library.
fn compile<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let source = cc::Source {
        files: strings(cx, args.object(cx, 0, "files")?)?,
        options: strings(cx, args.object(cx, 1, "options")?)?,
        libraries: strings(cx, args.object(cx, 2, "libraries")?)?,
    };
    let path = cc::compile(&source, &host().root).map_err(|why| cx.error(ErrorClass::Error, &why))?;
    Ok(cx.string(&path.to_string_lossy()))
}
