//! OpenSSL's SHA-256 called in the tightest loop that its exported functions allow.
use std::ffi::{CString, c_char, c_uchar, c_void};

unsafe extern "C" {
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
}

/// `SHA256_CTX` of the public header.
#[repr(C)]
pub struct Context {
    h: [u32; 8],
    bits: [u32; 2],
    data: [u32; 16],
    used: u32,
    digest_bytes: u32,
}

type Init = unsafe extern "C" fn(*mut Context) -> i32;
type Transform = unsafe extern "C" fn(*mut Context, *const c_uchar);
type Blocks = unsafe extern "C" fn(*mut Context, *const c_void, usize);
type OneShot = unsafe extern "C" fn(*const c_uchar, usize, *mut c_uchar) -> *mut c_uchar;

pub enum Loop {
    Transform(Init, Transform),
    Blocks(Init, Blocks),
    OneShot(OneShot),
}

impl Loop {
    pub fn open(symbol: &str) -> Result<Self, String> {
        // SAFETY: the addresses belong to functions of exactly these published signatures.
        unsafe {
            match symbol {
                "SHA256_Transform" => Ok(Loop::Transform(
                    std::mem::transmute::<*mut c_void, Init>(find("SHA256_Init")?),
                    std::mem::transmute::<*mut c_void, Transform>(find(symbol)?),
                )),
                "sha256_block_data_order" => Ok(Loop::Blocks(
                    std::mem::transmute::<*mut c_void, Init>(find("SHA256_Init")?),
                    std::mem::transmute::<*mut c_void, Blocks>(find(symbol)?),
                )),
                "SHA256" => Ok(Loop::OneShot(std::mem::transmute::<*mut c_void, OneShot>(find(
                    symbol,
                )?))),
                other => Err(format!("no loop is written for {other}")),
            }
        }
    }

    pub fn run(&self, seed: [u8; 32], steps: u32) -> [u8; 32] {
        match self {
            // SAFETY: context and block live through the call and have the sizes the functions expect.
            Loop::Transform(init, transform) => chain(*init, seed, steps, |context, block| unsafe {
                transform(context, block.as_ptr());
            }),
            Loop::Blocks(init, blocks) => chain(*init, seed, steps, |context, block| unsafe {
                blocks(context, block.as_ptr().cast(), 1);
            }),
            Loop::OneShot(hash) => {
                let mut value = seed;
                for _ in 0..steps {
                    let message = value;
                    // SAFETY: 32 readable and 32 writable bytes.
                    unsafe { hash(message.as_ptr(), message.len(), value.as_mut_ptr()) };
                }
                value
            }
        }
    }
}

/// Initial state and padding are prepared once, so that a step is the call and eight byte swaps each way.
fn chain(init: Init, seed: [u8; 32], steps: u32, compress: impl Fn(&mut Context, &[u8; 64])) -> [u8; 32] {
    let mut context = Context {
        h: [0; 8],
        bits: [0; 2],
        data: [0; 16],
        used: 0,
        digest_bytes: 0,
    };
    // SAFETY: fills the context.
    unsafe { init(&mut context) };
    let initial = context.h;
    let mut block = [0u8; 64];
    block[..32].copy_from_slice(&seed);
    block[32] = 0x80;
    block[62..].copy_from_slice(&256u16.to_be_bytes());
    for _ in 0..steps {
        context.h = initial;
        compress(&mut context, &block);
        for (bytes, word) in block.chunks_exact_mut(4).zip(context.h) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
    }
    std::array::from_fn(|i| block[i])
}

fn find(symbol: &str) -> Result<*mut c_void, String> {
    let name = CString::new(symbol).map_err(|_| "a symbol has no zero byte".to_string())?;
    // SAFETY: the null handle means every library of the process; the name is a C string.
    let address = unsafe { dlsym(std::ptr::null_mut(), name.as_ptr()) };
    if address.is_null() {
        Err(format!("this process exports no {symbol}"))
    } else {
        Ok(address)
    }
}
