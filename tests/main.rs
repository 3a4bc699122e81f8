//! The integration tests: the real binary, on the projects under `fixtures/` and on small ones written here.
//!
//! A test states what is run, runs it once and says what must be seen. No test sleeps to wait for something, and none
//! knows how fast the machine is: what must happen is awaited, for very long if need be.

mod addons;
mod cli;
mod config;
mod documents;
mod documents_made;
mod ends;
mod ffi;
mod fixtures;
mod hostile;
mod hostile_processes;
mod http;
mod isolation;
mod lazy_modules;
mod list;
mod napi;
mod napi_swap;
mod napi_uv;
mod output;
mod outside;
mod outside_inquiry;
mod outside_machine;
mod outside_mixes;
mod packages;
mod parity;
mod processes;
mod reports;
mod retries;
mod scheduling;
mod stacks;
mod support;
mod terminal;
mod test_order;
mod trace_time;
mod work;
mod workers;
mod workers_places;
