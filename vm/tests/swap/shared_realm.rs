//! One realm for all files.
