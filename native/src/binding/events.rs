use crate::errors::Code;
use crate::kernel::{State, bytes_from_state};
use napi::bindgen_prelude::{FnArgs, Function, Uint8Array};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};

/// What a job tells JavaScript.
pub enum Event {
    Progress(u32),
    Checkpoint(u32, State),
    /// The bytes of the result and the milliseconds it took.
    Done(Vec<u8>, f64),
    Cancelled,
    Failed(Code),
}

/// `(kind, number, bytes)`: kind is `progress`, `checkpoint`, `done`, `cancelled` or an error code.
pub type Arguments = FnArgs<(&'static str, f64, Option<Uint8Array>)>;
pub type Callback<'env> = Function<'env, Arguments, ()>;

/// Where a job's thread posts its events; they arrive on the environment's own thread, in order.
pub struct Sink(ThreadsafeFunction<Event, (), Arguments, napi::Status, false>);

impl Sink {
    pub fn new(callback: &Callback) -> napi::Result<Self> {
        let builder = callback.build_threadsafe_function::<Event>();
        builder.build_callback(|context| Ok(arguments(context.value))).map(Self)
    }

    /// Never blocks. An environment that is being torn down simply no longer hears it.
    pub fn post(&self, event: Event) {
        self.0.call(event, ThreadsafeFunctionCallMode::NonBlocking);
    }
}

fn arguments(event: Event) -> Arguments {
    let (kind, number, bytes) = match event {
        Event::Progress(steps) => ("progress", f64::from(steps), None),
        Event::Checkpoint(index, value) => ("checkpoint", f64::from(index), Some(bytes_from_state(&value).to_vec())),
        Event::Done(bytes, elapsed_ms) => ("done", elapsed_ms, Some(bytes)),
        Event::Cancelled => ("cancelled", 0.0, None),
        Event::Failed(code) => (code.name(), 0.0, None),
    };
    (kind, number, bytes.map(Uint8Array::from)).into()
}
