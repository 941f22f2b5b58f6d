//! Transcripts of the command line: what is typed, what is answered. `TRYCMD=overwrite cargo test --test cli` writes them
//! anew; the difference is to be read before it is committed.

#[test]
fn transcripts() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd");
}
