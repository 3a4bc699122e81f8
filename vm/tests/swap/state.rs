//! What a file changes of the process is undone for the next one.
