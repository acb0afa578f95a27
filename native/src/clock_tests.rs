use super::*;
use crate::kernel::{Preference, kernel};

#[derive(Default)]
struct Recorder {
    progress: Vec<u32>,
    checkpoints: Vec<(u32, State)>,
}

impl Observer for Recorder {
    fn progress(&mut self, steps_done: u32) {
        self.progress.push(steps_done);
    }
    fn checkpoint(&mut self, index: u32, value: &State) {
        self.checkpoints.push((index, *value));
    }
}

fn run(steps: u32, segments: u32, report_every: Option<Duration>) -> (Option<State>, Recorder) {
    let mut recorder = Recorder::default();
    let job = Grind {
        seed: [5; 8],
        steps,
        segments,
        report_every,
    };
    let value = grind(
        kernel(Preference::Fastest),
        &job,
        &AtomicBool::new(false),
        &mut recorder,
    );
    (value, recorder)
}

#[test]
fn checkpoints_are_the_values_at_the_boundaries() {
    for (steps, segments) in [(1, 1), (8, 8), (1000, 7), (20_001, 64), (9_000, 1)] {
        let (value, recorder) = run(steps, segments, None);
        assert_eq!(recorder.checkpoints.len() as u32, segments - 1);
        for (index, checkpoint) in recorder.checkpoints {
            let (want, _) = run(boundary(steps, segments, index), 1, None);
            assert_eq!(
                Some(checkpoint),
                want,
                "{steps} steps, checkpoint {index} of {segments}"
            );
        }
        assert_eq!(value, run(steps, 1, None).0);
    }
}

#[test]
fn boundaries_use_wide_arithmetic() {
    assert_eq!(boundary(u32::MAX, 65_535, 65_535), u32::MAX);
    assert_eq!(boundary(u32::MAX, 256, 255), 4_278_190_079);
    assert_eq!(boundary(10, 3, 1), 3);
    assert_eq!(boundary(10, 3, 2), 6);
}

#[test]
fn progress_ascends_and_stays_within_the_steps() {
    let (_, recorder) = run(100_000, 3, Some(Duration::ZERO));
    assert!(recorder.progress.is_sorted() && recorder.progress.len() > 10);
    assert_eq!(recorder.progress.last(), Some(&100_000));
}

#[test]
fn a_cancelled_clock_has_no_value() {
    let job = Grind {
        seed: [5; 8],
        steps: u32::MAX,
        segments: 1,
        report_every: None,
    };
    let cancelled = AtomicBool::new(true);
    assert_eq!(
        grind(kernel(Preference::Fastest), &job, &cancelled, &mut Recorder::default()),
        None
    );
}
