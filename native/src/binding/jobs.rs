//! Threads that belong to an environment: none outlives it.
use super::events::{Event, Sink};
use crate::errors::{Code, Refusal, refuse};
use napi::Env;
use napi_derive::napi;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{Builder, JoinHandle};

/// A running thread, as JavaScript holds it.
#[napi]
pub struct Job {
    cancel: Arc<AtomicBool>,
}

#[napi]
impl Job {
    /// Takes effect within a chunk; the job then reports `cancelled`, unless it has already ended.
    #[napi]
    pub fn cancel(&self) {
        self.cancel.store(true, Ordering::Relaxed);
    }
}

struct Running {
    cancel: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

type Registry = Arc<Mutex<Vec<Running>>>;

thread_local! {
    /// The jobs of the environment that lives on this thread; present once its cleanup hook is installed.
    static JOBS: RefCell<Option<Registry>> = const { RefCell::new(None) };
}

/// Runs `work` on a thread of its own. It returns its last event; a panic becomes one.
pub fn spawn<W>(env: &Env, name: &str, sink: Sink, work: W) -> Result<Job, Refusal>
where
    W: FnOnce(&Sink, &AtomicBool) -> Event + Send + 'static,
{
    let registry = registry(env)?;
    let cancel = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&cancel);
    let body = move || {
        let last = catch_unwind(AssertUnwindSafe(|| work(&sink, &flag)));
        sink.post(last.unwrap_or(Event::Failed(Code::Panic)));
    };
    let Ok(thread) = Builder::new().name(name.into()).spawn(body) else {
        return refuse(Code::NoThread, format!("the system refused a thread for {name}"));
    };
    let mut jobs = lock(&registry);
    jobs.retain(|job| !job.thread.is_finished());
    jobs.push(Running {
        cancel: Arc::clone(&cancel),
        thread,
    });
    Ok(Job { cancel })
}

fn registry(env: &Env) -> Result<Registry, Refusal> {
    JOBS.with_borrow_mut(|slot| {
        if let Some(registry) = slot {
            return Ok(Arc::clone(registry));
        }
        let registry = Registry::default();
        if env.add_env_cleanup_hook(Arc::clone(&registry), stop_all).is_err() {
            return refuse(Code::NoThread, "the environment is shutting down");
        }
        Ok(Arc::clone(slot.insert(registry)))
    })
}

/// At teardown: ask all, then wait for each, so that no thread runs code of an unloaded library.
fn stop_all(registry: Registry) {
    let jobs = std::mem::take(&mut *lock(&registry));
    for job in &jobs {
        job.cancel.store(true, Ordering::Relaxed);
    }
    for job in jobs {
        let _ = job.thread.join();
    }
}

fn lock(registry: &Registry) -> MutexGuard<'_, Vec<Running>> {
    registry.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
