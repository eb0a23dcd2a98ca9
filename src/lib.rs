//! Kubarium: a Kubernetes cluster behind glass. See ARCHITECTURE.md for the map.

pub mod api;
pub mod value;
