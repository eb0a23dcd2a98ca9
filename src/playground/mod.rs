//! Everything the page shows that is not the page: the workspace, the diagram's scene, explanations, links, examples.
//!
//! Never: knows a browser.

pub mod archive;
pub mod completion;
pub mod diagnostics;
pub mod examples;
pub mod explain;
pub mod history;
pub mod import;
pub mod outline;
pub mod requests;
pub mod scene;
pub mod session;
pub mod share;
pub mod similar;
pub mod takeaway;
pub mod terminal;
pub mod workspace;
pub mod yaml_path;
