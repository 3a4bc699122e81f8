//! Node-API: own C addons, one per chapter of the headers, in the real binary.

mod chapters;
mod exports;
mod services;
mod swap;
