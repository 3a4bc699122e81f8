//! `binding('fs')`: the file system.
//!
//! Every native takes a callback as its last argument: without one the call is made on this thread and its result returned, with one
//! it is made on a thread of the pool and the result comes in a later turn. Failures are negative numbers (see [`super::reply`]).

mod contents;
mod descriptors;
mod entries;
mod metadata;
mod outcome;

use crate::engine::{BindingTable, host as native};

pub(crate) static FS: BindingTable = BindingTable {
    name: "fs",
    entries: &[
        native(c"open", contents::open),
        native(c"close", contents::close),
        native(c"readAll", contents::read_all),
        native(c"writeAll", contents::write_all),
        native(c"read", contents::read),
        native(c"write", contents::write),
        native(c"ftruncate", contents::ftruncate),
        native(c"fsync", contents::fsync),
        native(c"copyFile", contents::copy_file),
        native(c"stat", metadata::stat),
        native(c"fstat", metadata::fstat),
        native(c"statfs", metadata::statfs),
        native(c"access", metadata::access),
        native(c"chmod", metadata::chmod),
        native(c"fchmod", metadata::fchmod),
        native(c"chown", metadata::chown),
        native(c"fchown", metadata::fchown),
        native(c"utimes", metadata::utimes),
        native(c"futimes", metadata::futimes),
        native(c"readdir", entries::readdir),
        native(c"mkdir", entries::mkdir),
        native(c"mkdirAll", entries::mkdir_all),
        native(c"mkdtemp", entries::mkdtemp),
        native(c"rmdir", entries::rmdir),
        native(c"removeTree", entries::remove_tree),
        native(c"unlink", entries::unlink),
        native(c"rename", entries::rename),
        native(c"link", entries::link),
        native(c"symlink", entries::symlink),
        native(c"readlink", entries::readlink),
        native(c"realpath", entries::realpath),
    ],
};
