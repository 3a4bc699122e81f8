//! The function expression around an edited body: its parameters and prologue.

use super::edits::Edits;
use super::items::{Items, Names, Publish, member, quote};
use super::rewrite::{FreeNames, Uses};
use super::{CodeMap, CommonJsNames, Format, Shape, Transpiled};

/// An edited body, ready to be wrapped.
pub(super) struct Body<'s> {
    pub(super) source: &'s str,
    pub(super) names: Names,
    pub(super) items: Items,
    pub(super) edits: Edits,
    pub(super) uses: Uses,
    pub(super) free: FreeNames,
    pub(super) is_module: bool,
    pub(super) shape: Shape,
}

/// The parameters that every CommonJS function has.
const COMMON_JS_PARAMS: &str = "exports,require,module,__filename,__dirname";

/// Wraps CommonJS that was not parsed.
pub(super) fn wrap_unparsed(source: &str) -> Transpiled {
    let mut edits = Edits::default();
    if source.starts_with("#!") {
        edits.replace(0, 2, "//");
    }
    common_js(source, edits, COMMON_JS_PARAMS, false)
}

/// Wraps an edited body.
pub(super) fn render(body: Body<'_>) -> Transpiled {
    if body.is_module {
        return module(body);
    }
    let needs_runtime = body.uses.resume || body.uses.import || body.free.helpers;
    if !needs_runtime {
        return common_js(body.source, body.edits, COMMON_JS_PARAMS, false);
    }
    let params = format!(
        "{COMMON_JS_PARAMS},{},{},{},babelHelpers",
        body.names.resume(),
        body.names.frame(),
        body.names.import()
    );
    common_js(body.source, body.edits, &params, true)
}

fn common_js(source: &str, edits: Edits, params: &str, needs_runtime: bool) -> Transpiled {
    let (code, map) = edits.apply(&format!("function({params}){{"), source, "\n}");
    Transpiled {
        code,
        format: Format::CommonJs,
        requests: Vec::new(),
        params: Vec::new(),
        exports: Vec::new(),
        reexports: Vec::new(),
        stars: Vec::new(),
        top_level_await: false,
        common_js: CommonJsNames::default(),
        needs_runtime,
        typescript: false,
        lenient_imports: false,
        type_names: Vec::new(),
        map: CodeMap::of_edits(map),
    }
}

fn module(body: Body<'_>) -> Transpiled {
    let cyclic = body.shape == Shape::Cyclic;
    let prefix = header(&body) + &prologue(&body, cyclic);
    let suffix = if cyclic { String::new() } else { epilogue(&body) } + "\n}";
    let Body {
        source,
        items,
        mut edits,
        uses,
        free,
        ..
    } = body;
    if cyclic {
        edits.drop_publishing();
    }
    let exports = items.local_exports();
    let (code, map) = edits.apply(&prefix, source, &suffix);
    Transpiled {
        code,
        format: Format::Module,
        requests: items.requests,
        params: items.params,
        exports,
        reexports: items.reexports,
        stars: items.stars,
        top_level_await: uses.top_level_await,
        common_js: CommonJsNames {
            require: free.require,
            exports: free.module || free.exports,
        },
        needs_runtime: false,
        typescript: false,
        lenient_imports: false,
        type_names: Vec::new(),
        map: CodeMap::of_edits(map),
    }
}

fn header(body: &Body<'_>) -> String {
    let keyword = match (body.uses.top_level_await, body.shape) {
        (false, Shape::Plain) => "function",
        (false, Shape::Cyclic) => "function*",
        (true, Shape::Plain) => "async function",
        (true, Shape::Cyclic) => "async function*",
    };
    let mut text = format!("{keyword}({},{}", body.names.exports(), body.names.context());
    for index in 0..body.items.params.len() {
        text.push(',');
        text.push_str(&body.names.param(index));
    }
    text.push_str("){\"use strict\";");
    text
}

fn prologue(body: &Body<'_>, cyclic: bool) -> String {
    let Body {
        names,
        uses,
        free,
        items,
        ..
    } = body;
    let context = names.context();
    let mut text = String::new();
    if uses.resume {
        text += &format!(
            "const {}={context}.resume,{}={context}.frame;",
            names.resume(),
            names.frame()
        );
    }
    if uses.constant {
        text += &format!("const {}=0;", names.constant());
    }
    let wrappers = [
        (free.helpers, "babelHelpers", "helpers"),
        (free.require, "require", "require"),
        (free.module, "module", "module"),
        (free.exports, "exports", "exports"),
        (free.filename, "__filename", "filename"),
        (free.dirname, "__dirname", "dirname"),
    ];
    for (_, name, property) in wrappers.iter().filter(|(used, ..)| *used) {
        text += &format!("let {name}={context}.{property};");
    }
    text += &publish_at_top(names, items, cyclic);
    if cyclic {
        text += "yield;";
    }
    text
}

/// Exports that exist before the body runs, and the keys of the others where that is needed to have them sorted.
fn publish_at_top(names: &Names, items: &Items, cyclic: bool) -> String {
    let mut sorted: Vec<_> = items.exports.iter().collect();
    sorted.sort_by(|a, b| a.name.encode_utf16().cmp(b.name.encode_utf16()));
    // The order in which keys come to be without help: those of the top sorted, then as written, then those of the end.
    let rank = |publish| match publish {
        Publish::Hoisted | Publish::Live => 0,
        Publish::InPlace => 1,
        Publish::AtEnd => 2,
    };
    let mut natural: Vec<_> = sorted
        .iter()
        .filter(|export| rank(export.publish) == 0)
        .copied()
        .collect();
    for late in [1, 2] {
        natural.extend(items.exports.iter().filter(|export| rank(export.publish) == late));
    }
    let in_order = natural.iter().zip(&sorted).all(|(a, b)| a.name == b.name);
    let mut text = String::new();
    for export in sorted {
        let (target, local) = (format!("{}{}", names.exports(), member(&export.name)), &export.local);
        if cyclic || export.publish == Publish::Live {
            text += &format!("{}.live({},()=>{local});", names.context(), quote(&export.name));
        } else if export.publish == Publish::Hoisted {
            text += &format!("{target}={local};");
        } else if !in_order {
            text += &format!("{target}=void 0;");
        }
        if *local == names.default() && export.publish == Publish::Hoisted {
            text += &format!("{}.nameDefault({local});", names.context());
        }
    }
    text
}

fn epilogue(body: &Body<'_>) -> String {
    let late = body
        .items
        .exports
        .iter()
        .filter(|export| export.publish == Publish::AtEnd);
    let assignments: String = late
        .map(|e| format!("{}{}={};", body.names.exports(), member(&e.name), e.local))
        .collect();
    // On a line of its own: the last line may be a comment.
    if assignments.is_empty() {
        assignments
    } else {
        format!("\n{assignments}")
    }
}
