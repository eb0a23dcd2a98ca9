//! The native program `kubarium`.

fn main() {}
