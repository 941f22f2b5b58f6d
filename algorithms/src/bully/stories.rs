//! What a Bully cluster goes through.
