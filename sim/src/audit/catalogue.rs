//! Every common invariant: name, citation, sentence, what counts as exercised.
