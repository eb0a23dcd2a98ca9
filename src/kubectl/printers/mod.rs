//! How commands show objects: `-o`.

mod output;
pub mod table;

pub use output::{Printer, print_flags};
