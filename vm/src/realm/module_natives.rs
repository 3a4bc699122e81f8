//! `binding('modules')`: the loader's way to the module graph. Its JavaScript side and the exact interface:
//! `vm/js/internal/modules/loader.js`. Here and not in `modules`, which knows no engine.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::engine::{Args, BindingTable, Ctx, JsResult, Script, Value, ValueKind, host as native};
use crate::host::host;
use crate::modules::graph::{From, ModuleGraph, Reply, RequestKind};
use crate::times::{Part, span};

/// The table.
pub(crate) static MODULES: BindingTable = BindingTable {
    name: "modules",
    entries: &[
        native(c"load", load),
        native(c"link", link),
        native(c"linkPreload", link_preload),
        native(c"resolve", resolve),
        native(c"resolveIn", resolve_in),
        native(c"chunkOf", chunk_of),
        native(c"chunk", chunk),
        native(c"text", text),
        native(c"packageScope", package_scope),
        native(c"missing", missing),
        native(c"compile", compile),
        native(c"builtinModules", builtin_modules),
    ],
};

fn load<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let _span = span(Part::Link);
    let file = args.text(cx, 0)?;
    let reply = host().modules.borrow_mut().load(&file);
    Ok(answer(cx, reply))
}

fn link<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let _span = span(Part::Link);
    let specifier = args.text(cx, 0)?;
    let asker = Asker::read(cx, args.get(cx, 1))?;
    let kind = kind(cx, args.get(cx, 2));
    let attribute = args.optional_text(cx, 3)?.unwrap_or_default();
    let reply = host()
        .modules
        .borrow_mut()
        .link(&specifier, asker.from(), kind, &attribute);
    Ok(answer(cx, reply))
}

fn link_preload<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let _span = span(Part::Link);
    let specifier = args.text(cx, 0)?;
    let host = host();
    // As if a file in the run's directory imported it.
    let importer = host.root.join("[preload]");
    let reply = host
        .modules
        .borrow_mut()
        .link(&specifier, From::File(&importer), RequestKind::Import, "");
    Ok(answer(cx, reply))
}

fn resolve<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let specifier = args.text(cx, 0)?;
    let asker = Asker::read(cx, args.get(cx, 1))?;
    let kind = kind(cx, args.get(cx, 2));
    Ok(cx.string(&host().modules.borrow_mut().resolve(&specifier, asker.from(), kind)))
}

fn resolve_in<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let specifier = args.text(cx, 0)?;
    let folders: Vec<PathBuf> = serde_json::from_str(&args.text(cx, 1)?).unwrap_or_default();
    Ok(cx.string(&host().modules.borrow().resolve_in(&specifier, &folders)))
}

fn chunk_of<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let id = args.u32(cx, 0)?;
    Ok(cx.number(host().modules.borrow_mut().chunk_of(id)))
}

/// The array a chunk evaluates to in this realm, or an `e:` text. The parsed script is kept for the life of the VM.
fn chunk<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let _span = span(Part::Link);
    let host = host();
    let number = args.u32(cx, 0)?;
    let known = host.chunks.borrow().contains_key(&number);
    if !known {
        let Some(source) = host.modules.borrow().chunk_text(number) else {
            return Err(cx.type_error(&format!("bug in trun: there is no chunk {number}")));
        };
        match Script::parse(&host.vm, &ModuleGraph::chunk_url(number), &source) {
            Ok(script) => {
                host.chunks.borrow_mut().insert(number, Rc::new(script));
            }
            Err(error) => {
                let diagnostic = host.modules.borrow().explain_chunk(number, &error.message);
                return Ok(cx.string(&format!("e:{}", diagnostic.to_json())));
            }
        }
    }
    // No borrow is held while the script runs.
    let script = Rc::clone(&host.chunks.borrow()[&number]);
    script.evaluate(cx)
}

fn text<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let id = args.u32(cx, 0)?;
    let text = host().modules.borrow().text(id);
    Ok(cx.string(&text))
}

fn package_scope<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.string(&ModuleGraph::package_scope(Path::new(&args.text(cx, 0)?))))
}

fn missing<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (id, request) = (args.u32(cx, 0)?, args.u32(cx, 1)? as usize);
    let name = args.text(cx, 2)?;
    Ok(cx.string(&host().modules.borrow().missing(id, request, &name)))
}

fn compile<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let _span = span(Part::Link);
    let (code, file) = (args.text(cx, 0)?, args.text(cx, 1)?);
    let reply = host().modules.borrow_mut().compile(&code, &file);
    Ok(answer(cx, reply))
}

fn builtin_modules<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.string(&crate::modules::resolve::builtin_names().join(",")))
}

/// Who asks, held so that a borrow of it can be passed on.
enum Asker {
    Module(u32),
    File(PathBuf),
}

impl Asker {
    fn read<'r>(cx: Ctx<'r>, value: Value<'r>) -> JsResult<'r, Self> {
        if value.kind(cx) == ValueKind::Number {
            let id = value.as_integer(cx).and_then(|n| u32::try_from(n).ok());
            return id
                .map(Self::Module)
                .ok_or_else(|| cx.type_error("bug in trun: not a module id"));
        }
        Ok(Self::File(PathBuf::from(value.to_text(cx)?)))
    }

    fn from(&self) -> From<'_> {
        match self {
            Self::Module(id) => From::Module(*id),
            Self::File(path) => From::File(path),
        }
    }
}

fn kind<'r>(cx: Ctx<'r>, value: Value<'r>) -> RequestKind {
    if value.as_integer(cx) == Some(1) {
        RequestKind::Require
    } else {
        RequestKind::Import
    }
}

fn answer(cx: Ctx<'_>, reply: Reply) -> Value<'_> {
    match reply.into_value() {
        Ok(id) => cx.number(id),
        Err(text) => cx.string(&text),
    }
}
