//! The records of a gate as a file: a part of its seeds, to be put together with the others, or a baseline for later.

use scenarios::records;
use serde::{Deserialize, Serialize};

use super::run::Run;

/// The version of the format. A field more, or one less, is another: checksums are over what this version would write.
const SCHEMA: u32 = 1;
const KIND: &str = "hustings check";

/// The runs of one algorithm in one scenario.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the runs of one algorithm in one scenario")]
pub struct Records {
    pub scenario: String,
    pub algorithm: String,
    /// Over the scenario's text and what was set: records of something else are not put together with these.
    pub digest: String,
    /// What was judged, in the order of the verdicts.
    pub invariants: Vec<String>,
    /// In the order of the seeds.
    pub runs: Vec<Run>,
}

/// All runs of a gate, and what was asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    pub schema: u32,
    pub kind: String,
    pub version: String,
    pub scenarios: Vec<String>,
    pub algorithms: Vec<String>,
    pub set: Vec<String>,
    /// The first seed, and the one after the last.
    pub seeds: (u64, u64),
    /// Which part of the seeds, from 1, of how many.
    pub shard: Option<(u64, u64)>,
    pub cases: Vec<Records>,
    /// Over all of the above, as it was when the file was written. Empty: it is in no file yet, or in one of the days before there were
    /// checksums.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub checksum: String,
}

/// Why a text is no ledger, and what to do about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotALedger {
    pub what: String,
    pub help: &'static str,
}

#[derive(Deserialize)]
struct Head {
    schema: u32,
    kind: String,
}

impl Ledger {
    /// One without cases.
    pub fn new(version: &str, scenarios: &[String], algorithms: &[String], set: &[String], seeds: (u64, u64)) -> Ledger {
        Ledger {
            schema: SCHEMA,
            kind: String::from(KIND),
            version: String::from(version),
            scenarios: scenarios.to_vec(),
            algorithms: algorithms.to_vec(),
            set: set.to_vec(),
            seeds,
            shard: None,
            cases: Vec::new(),
            checksum: String::new(),
        }
    }

    /// By everybody: what is cut short is cut short between two seeds.
    pub fn seeds_run(&self) -> u64 {
        self.cases.iter().map(|records| records.runs.len() as u64).min().unwrap_or(0)
    }

    /// As a file, with its checksum.
    pub fn json(&self) -> String {
        let mut sealed = Ledger { checksum: String::new(), ..self.clone() };
        sealed.checksum = records::checksum(&sealed);
        serde_json::to_string(&sealed).expect("integers and text always fit JSON") + "\n"
    }

    /// # Errors
    /// Where it is something else, or was changed since it was written.
    pub fn read(text: &str) -> Result<Ledger, NotALedger> {
        let help = "`hustings check` writes such files with --save-baseline FILE and --shard 1/4";
        let wrong = |error: serde_json::Error| NotALedger { what: format!("these are no records of a check: {error}"), help };
        if let Some(other) = records::other_than_an_object(text) {
            let what = format!("these are no records of a check: the file holds {other}, and no object");
            return Err(NotALedger { what, help });
        }
        let head: Head = serde_json::from_str(text).map_err(wrong)?;
        if head.kind != KIND {
            return Err(NotALedger { what: format!("these are no records of a check, but of `{}`", head.kind), help });
        }
        if head.schema != SCHEMA {
            let what = format!("this file has the format {}, and this version reads {SCHEMA}", head.schema);
            return Err(NotALedger { what, help: "write it anew with this version" });
        }
        let mut ledger: Ledger = serde_json::from_str(text).map_err(wrong)?;
        let written = std::mem::take(&mut ledger.checksum);
        if !written.is_empty() && written != records::checksum(&ledger) {
            let what = String::from("this file was changed since it was written: its checksum is another");
            return Err(NotALedger { what, help: "restore it, or write it anew with --save-baseline FILE or --shard 1/4" });
        }
        ledger.checksum = written;
        let fits =
            |records: &Records| records.runs.windows(2).all(|two| two[0].seed < two[1].seed) && records.invariants.len() <= 64;
        if ledger.cases.iter().all(fits) {
            Ok(ledger)
        } else {
            Err(NotALedger { what: String::from("its seeds are not in order: it was changed since it was written"), help })
        }
    }

    /// Puts the parts of one check together.
    ///
    /// # Errors
    /// Where they are not of one check, or one is missing or there twice: in words.
    pub fn merge(parts: Vec<Ledger>) -> Result<Ledger, String> {
        let Some(first) = parts.first().cloned() else { return Err(String::from("there is nothing to put together")) };
        let Some((_, of)) = first.shard else { return Err(String::from("the first file holds a whole check and no shard")) };
        for part in &parts {
            let same = |part: &Ledger| (part.version.clone(), part.scenarios.clone(), part.algorithms.clone(), part.set.clone());
            if same(part) != same(&first) || part.seeds != first.seeds {
                return Err(String::from("the files are shards of different checks"));
            }
            let cases = |part: &Ledger| -> Vec<(String, String, String)> {
                let key = |records: &Records| (records.scenario.clone(), records.algorithm.clone(), records.digest.clone());
                part.cases.iter().map(key).collect()
            };
            if cases(part) != cases(&first) {
                return Err(String::from("the files are shards of different scenarios: a file changed between them"));
            }
        }
        for number in 1..=of {
            match parts.iter().filter(|part| part.shard == Some((number, of))).count() {
                1 => {}
                0 => return Err(format!("shard {number}/{of} is missing")),
                times => return Err(format!("shard {number}/{of} is there {times} times")),
            }
        }
        if parts.len() as u64 != of {
            return Err(format!("there are {} files of {of} shards", parts.len()));
        }
        let mut whole = Ledger { shard: None, checksum: String::new(), ..first };
        for (place, records) in whole.cases.iter_mut().enumerate() {
            let of_all = parts.iter().flat_map(|part| part.cases[place].runs.iter().cloned());
            records.runs = of_all.collect();
            records.runs.sort_by_key(|run| run.seed);
            if let Some(known) = parts.iter().map(|part| &part.cases[place].invariants).find(|known| !known.is_empty()) {
                records.invariants.clone_from(known);
            }
            let seeds = whole.seeds.0..whole.seeds.1;
            if !records.runs.iter().map(|run| run.seed).eq(seeds) {
                return Err(format!("{} with {}: a shard was cut short", records.scenario, records.algorithm));
            }
        }
        Ok(whole)
    }
}
