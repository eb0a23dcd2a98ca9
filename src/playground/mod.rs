//! Everything the page shows that is not the page: the workspace, the diagram's scene, explanations, links, examples.
//!
//! Never: knows a browser.

pub mod scene;
