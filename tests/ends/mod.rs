//! Every end of a run is true: what is stuck, what dies, what throws, and where.
//!
//! One table: a row ([`row::End`]) is a test file and what comes of it, stated once; a run holds many rows, and the terminal, the JSON
//! report, the JUnit document, the exit code and the processes left are all held against the same rows ([`table`]).

mod deaths;
mod errors;
mod orphans;
mod reports;
mod row;
mod stuck;
mod table;
