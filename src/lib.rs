//! Kubarium: a Kubernetes cluster behind glass. See ARCHITECTURE.md for the map.

pub mod api;
#[cfg(not(target_arch = "wasm32"))]
pub mod cli;
pub mod cluster;
pub mod controllers;
pub mod kubectl;
pub mod kubelet;
pub mod manifest;
pub mod network;
pub mod playground;
pub mod scheduler;
pub mod server;
pub mod store;
pub mod value;
#[cfg(target_arch = "wasm32")]
pub mod web;
