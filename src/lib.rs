//! Kubarium: a Kubernetes cluster behind glass. See ARCHITECTURE.md for the map.

pub mod api;
pub mod kubectl;
pub mod kubelet;
pub mod manifest;
pub mod server;
pub mod store;
pub mod value;
