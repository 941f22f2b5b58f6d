//! The scenarios that are built in.

macro_rules! library {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../library/", $name, ".toml")))),*]
    };
}

/// Names and texts, sorted by name.
pub fn library() -> &'static [(&'static str, &'static str)] {
    library!["healthy", "leader-crash", "leader-isolated", "majority-split", "minority-split"]
}
