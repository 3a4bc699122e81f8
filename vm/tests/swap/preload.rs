//! Modules that every realm evaluates before its test file.
