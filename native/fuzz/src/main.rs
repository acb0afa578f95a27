//! `montana-native-fuzz [TARGET…] [--seconds N] [--seed S] [--corpus DIR] [--findings DIR] [--minimize]`: one line of JSON
//! per target; exit 1 when an input made a target panic. Stable Rust, no dependency.
#![allow(dead_code, reason = "the modules of the addon are taken in whole")]

#[path = "../../src/binding/arguments.rs"]
mod arguments;
#[path = "../../src/clock.rs"]
mod clock;
#[path = "../../src/digest.rs"]
mod digest;
#[path = "../../src/errors.rs"]
mod errors;
#[path = "../../src/kernel/mod.rs"]
mod kernel;
#[path = "../../src/merkle.rs"]
mod merkle;
#[path = "../../src/notify.rs"]
mod notify;
#[path = "../../src/pace.rs"]
mod pace;
#[path = "../../src/verify.rs"]
mod verify;

mod corpus;
mod coverage;
mod fuzzer;
mod input;
mod mutate;
mod options;
mod targets;

use std::process::ExitCode;

fn main() -> ExitCode {
    let options = match options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(fault) => {
            eprintln!("error: {fault}");
            return ExitCode::from(2);
        }
    };
    // A panic is what is looked for; its message goes into the report instead of onto the terminal.
    std::panic::set_hook(Box::new(|_| {}));
    let mut found = 0;
    let wanted: Vec<_> = targets::ALL
        .iter()
        .filter(|target| options.wants(target.name))
        .collect();
    for target in &wanted {
        let report = fuzzer::run(target, &options, wanted.len() as u32);
        found += report.findings.len();
        println!("{}", report.json());
    }
    if found == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
