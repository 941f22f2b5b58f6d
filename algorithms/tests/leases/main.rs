//! The leaders that stand on a lock service: each of their bugs is caught by the invariant that its entry names, and what they
//! promise is measured where it begins to break. `-- --nocapture` prints the tables.

mod assumptions;
mod margins;
mod mutants;
mod ordeal;
mod services;
