//! The network: HTTP both ways, sockets, content codings.
//!
//! Tasks of the event loop own plain data and tell JavaScript through completions; what JavaScript holds is a number into a table of this
//! module. At the realm's end the loop drops the tasks and [`stop_all`] the tables: nobody is told.

mod coding;
mod ids;

use crate::engine::BindingTable;

/// Natives by area.
pub(crate) static TABLES: &[&BindingTable] = &[&coding::CODING];

/// Closes what the realm has left open, without telling it.
pub(crate) fn stop_all() {
    coding::close_all();
}
