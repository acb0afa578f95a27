//! The command line.
use std::path::PathBuf;

pub struct Options {
    pub only: Vec<String>,
    /// 0: what is kept is replayed, and no more.
    pub seconds: u64,
    pub seed: u64,
    pub corpus: PathBuf,
    pub findings: PathBuf,
    pub minimize: bool,
}

impl Options {
    pub fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

/// A sentence that names the flag where one is wrong.
pub fn read(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        only: Vec::new(),
        seconds: 10,
        seed: 1,
        corpus: "corpus".into(),
        findings: "findings".into(),
        minimize: false,
    };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--seconds" => options.seconds = number(&argument, &value()?)?,
            "--seed" => options.seed = number(&argument, &value()?)?,
            "--corpus" => options.corpus = value()?.into(),
            "--findings" => options.findings = value()?.into(),
            "--minimize" => options.minimize = true,
            name if !name.starts_with('-') => options.only.push(argument),
            _ => return Err(format!("{argument} is not known")),
        }
    }
    Ok(options)
}

fn number(flag: &str, text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("{flag} is '{text}'; use a whole number"))
}
