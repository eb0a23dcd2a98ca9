//! How commands show objects: `-o`.

pub mod custom_columns;
pub mod jsonpath;
mod output;
pub mod sort;
pub mod tab_writer;
pub mod table;
mod template;
mod unified_diff;

pub use output::{Printer, list_of, print_flags, print_list, without_managed_fields};
pub use unified_diff::unified_diff;
