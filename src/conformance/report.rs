//! All cases of a folder.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use super::case::Case;
use super::compare::Difference;
use super::replay::replay;

/// How the cases of a folder came out.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// By path.
    pub cases: Vec<CaseReport>,
}

/// How one case came out.
#[derive(Clone, Debug)]
pub struct CaseReport {
    /// Its name.
    pub name: String,
    /// Its area; empty if it could not be read.
    pub area: String,
    /// What was different, or why it could not be read.
    pub failure: Option<String>,
}

impl Report {
    /// Cases that came out as recorded.
    pub fn passed(&self) -> usize {
        self.cases.iter().filter(|case| case.failure.is_none()).count()
    }

    /// Cases that did not.
    pub fn failed(&self) -> usize {
        self.cases.len() - self.passed()
    }
}

/// A line for each case that failed, and a closing line.
impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for case in &self.cases {
            if let Some(failure) = &case.failure {
                writeln!(out, "{}: {failure}", case.name)?;
            }
        }
        write!(out, "{} passed, {} failed", self.passed(), self.failed())
    }
}

/// Replays every case (`*.json`) of a folder and of the folders in it. The error names what cannot be read.
pub fn replay_folder(folder: &Path) -> Result<Report, String> {
    let mut paths = Vec::new();
    find_cases(folder, &mut paths)?;
    paths.sort();
    if paths.is_empty() {
        return Err(format!("{}: no case in it", folder.display()));
    }
    Ok(Report { cases: paths.iter().map(|path| replay_file(path)).collect() })
}

fn find_cases(folder: &Path, into: &mut Vec<PathBuf>) -> Result<(), String> {
    let say = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(say)? {
        let path = entry.map_err(say)?.path();
        if path.is_dir() {
            find_cases(&path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            into.push(path);
        }
    }
    Ok(())
}

fn replay_file(path: &Path) -> CaseReport {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let case =
        fs::read_to_string(path).map_err(|error| error.to_string()).and_then(|text| Case::parse(&text));
    match case {
        Ok(case) => {
            let failure = replay(&case).as_ref().map(Difference::to_string);
            CaseReport { name, area: case.area, failure }
        }
        Err(why) => CaseReport { name, area: String::new(), failure: Some(why) },
    }
}
