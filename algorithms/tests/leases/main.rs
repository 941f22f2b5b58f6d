//! The leaders that stand on a lock service: what they promise is kept under random faults, and measured
//! where it begins to break. `-- --nocapture` prints the tables.

mod assumptions;
mod margins;
mod ordeal;
mod random_faults;
mod services;
