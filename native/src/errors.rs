//! Stable codes: what a JavaScript caller finds in `error.code`.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// A buffer is not as long as its meaning demands.
    BadLength,
    /// Steps outside 1 … 2^32−1.
    BadSteps,
    /// Checkpoints outside 1 … 65535 or above the number of steps.
    BadCheckpoints,
    /// A number of lanes that this CPU has no kernel for.
    BadLanes,
    /// Threads outside 1 … 256.
    BadThreads,
    /// A tree level outside 0 … 256, or a range that runs backwards.
    BadLevel,
    /// Keys that do not ascend in tree order, or do not share the path above the subtree.
    BadOrder,
    /// The operating system refused a thread.
    NoThread,
    /// A datagram that could not be sent.
    Socket,
    /// A kernel computes wrongly on this CPU.
    Unsound,
    /// A defect in this library; never expected.
    Panic,
}

impl Code {
    pub fn name(self) -> &'static str {
        match self {
            Code::BadLength => "NATIVE_BAD_LENGTH",
            Code::BadSteps => "NATIVE_BAD_STEPS",
            Code::BadCheckpoints => "NATIVE_BAD_CHECKPOINTS",
            Code::BadLanes => "NATIVE_BAD_LANES",
            Code::BadThreads => "NATIVE_BAD_THREADS",
            Code::BadLevel => "NATIVE_BAD_LEVEL",
            Code::BadOrder => "NATIVE_BAD_ORDER",
            Code::NoThread => "NATIVE_NO_THREAD",
            Code::Socket => "NATIVE_SOCKET",
            Code::Unsound => "NATIVE_UNSOUND",
            Code::Panic => "NATIVE_PANIC",
        }
    }
}

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        self.name()
    }
}

/// A refusal: the code, and a sentence that names the argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub code: Code,
    pub message: String,
}

pub fn refuse<T>(code: Code, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal {
        code,
        message: message.into(),
    })
}
