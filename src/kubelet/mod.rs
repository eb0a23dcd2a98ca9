//! The nodes: what the kubelet and the container runtime under it do.

pub mod runtime;
