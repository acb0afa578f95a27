//! One target: runs its corpus, then what is made of it, and keeps what reaches something new.
use crate::corpus;
use crate::coverage::{self, Features};
use crate::mutate::{Dice, mutate};
use crate::options::Options;
use crate::targets::Target;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// The kept corpus of one target. Bytes.
const MAX_CORPUS_BYTES: usize = 16 * 1024;
const MAX_INPUTS: usize = 24;

pub struct Finding {
    pub message: String,
    pub file: String,
}

pub struct Report {
    target: &'static str,
    runs: u64,
    per_second: u64,
    features: usize,
    corpus: usize,
    grown: usize,
    pub findings: Vec<Finding>,
}

impl Report {
    pub fn json(&self) -> String {
        let findings: Vec<_> = self
            .findings
            .iter()
            .map(|each| format!("{{\"message\":{:?},\"file\":{:?}}}", each.message, each.file))
            .collect();
        format!(
            "{{\"target\":\"native/{}\",\"runs\":{},\"perSecond\":{},\"features\":{},\"edges\":{},\"corpus\":{},\"grown\":{},\"findings\":[{}]}}",
            self.target,
            self.runs,
            self.per_second,
            self.features,
            coverage::edges(),
            self.corpus,
            self.grown,
            findings.join(",")
        )
    }
}

struct Run<'a> {
    target: &'a Target,
    options: &'a Options,
    features: Features,
    corpus: Vec<Vec<u8>>,
    runs: u64,
    findings: Vec<Finding>,
}

/// `share`: of the time, for the targets take turns.
pub fn run(target: &Target, options: &Options, share: u32) -> Report {
    let mut run = Run {
        target,
        options,
        features: Features::new(),
        corpus: Vec::new(),
        runs: 0,
        findings: Vec::new(),
    };
    let begin = Instant::now();
    let mut loaded = (target.seeds)();
    loaded.extend(corpus::read(&options.corpus.join(target.name)));
    for input in &loaded {
        run.once(input);
    }
    let kept = loaded.len();
    run.corpus = loaded;
    run.fuzz(Duration::from_secs(options.seconds) / share);
    if options.minimize {
        run.minimize();
    }
    let elapsed = begin.elapsed().as_secs_f64().max(0.001);
    Report {
        target: target.name,
        runs: run.runs,
        per_second: (run.runs as f64 / elapsed) as u64,
        features: run.features.count,
        corpus: run.corpus.len(),
        grown: run.corpus.len() - kept,
        findings: run.findings,
    }
}

impl Run<'_> {
    fn fuzz(&mut self, time: Duration) {
        let mut dice = Dice::new(self.options.seed);
        let begin = Instant::now();
        while begin.elapsed() < time && self.findings.is_empty() {
            let [first, second] = [0; 2].map(|_| dice.below(self.corpus.len()));
            let input = mutate(&self.corpus[first], &self.corpus[second], &mut dice);
            if self.once(&input) > 0 {
                self.corpus.push(input);
            }
        }
    }

    /// How many features were new. A panic is a finding, with its input in a file.
    fn once(&mut self, input: &[u8]) -> usize {
        self.runs += 1;
        coverage::reset();
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.target.run)(input)));
        let added = self.features.add();
        if let Err(panic) = outcome {
            self.note(input, &panic);
        }
        added
    }

    fn note(&mut self, input: &[u8], panic: &(dyn std::any::Any + Send)) {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let message = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
        let folder = self.options.findings.join("native").join(self.target.name);
        let file = folder.join(corpus::name(input));
        let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, input));
        let file = written.map_or_else(|error| error.to_string(), |()| file.display().to_string());
        self.findings.push(Finding {
            message: message.to_string(),
            file,
        });
    }

    /// The shortest inputs that together show what the corpus shows beyond the seeds.
    fn minimize(&mut self) {
        self.features = Features::new();
        for seed in (self.target.seeds)() {
            self.once(&seed);
        }
        let mut sorted = self.corpus.clone();
        sorted.sort_by_key(Vec::len);
        let (mut kept, mut bytes) = (Vec::new(), 0);
        for input in sorted {
            if kept.len() < MAX_INPUTS && bytes + input.len() <= MAX_CORPUS_BYTES && self.once(&input) > 0 {
                bytes += input.len();
                kept.push(input);
            }
        }
        if let Err(error) = corpus::write(&self.options.corpus.join(self.target.name), &kept) {
            eprintln!("the corpus cannot be written: {error}");
        }
    }
}
