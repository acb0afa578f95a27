/** Eight 32-bit words; as bytes, big-endian. */
export type State = Int32Array

const ROUND = Int32Array.of(
  0x428a2f98,
  0x71374491,
  0xb5c0fbcf,
  0xe9b5dba5,
  0x3956c25b,
  0x59f111f1,
  0x923f82a4,
  0xab1c5ed5,
  0xd807aa98,
  0x12835b01,
  0x243185be,
  0x550c7dc3,
  0x72be5d74,
  0x80deb1fe,
  0x9bdc06a7,
  0xc19bf174,
  0xe49b69c1,
  0xefbe4786,
  0x0fc19dc6,
  0x240ca1cc,
  0x2de92c6f,
  0x4a7484aa,
  0x5cb0a9dc,
  0x76f988da,
  0x983e5152,
  0xa831c66d,
  0xb00327c8,
  0xbf597fc7,
  0xc6e00bf3,
  0xd5a79147,
  0x06ca6351,
  0x14292967,
  0x27b70a85,
  0x2e1b2138,
  0x4d2c6dfc,
  0x53380d13,
  0x650a7354,
  0x766a0abb,
  0x81c2c92e,
  0x92722c85,
  0xa2bfe8a1,
  0xa81a664b,
  0xc24b8b70,
  0xc76c51a3,
  0xd192e819,
  0xd6990624,
  0xf40e3585,
  0x106aa070,
  0x19a4c116,
  0x1e376c08,
  0x2748774c,
  0x34b0bcb5,
  0x391c0cb3,
  0x4ed8aa4a,
  0x5b9cca4f,
  0x682e6ff3,
  0x748f82ee,
  0x78a5636f,
  0x84c87814,
  0x8cc70208,
  0x90befffa,
  0xa4506ceb,
  0xbef9a3f7,
  0xc67178f2,
)

const message = new Int32Array(64)
const PAD_ONE = 0x80000000 | 0
const CHAIN_BITS = 256

/** `state` becomes SHA-256 of itself, `steps` times: one block each, because the message has 32 bytes. */
export function chain(state: State, steps: number): void {
  const w = message
  w.fill(0, 9, 15)
  w[8] = PAD_ONE
  w[15] = CHAIN_BITS
  w.set(state)
  for (let step = 0; step < steps; step++) {
    expand(w)
    compress(w)
  }
  state.set(w.subarray(0, 8))
}

function expand(w: Int32Array): void {
  for (let i = 16; i < 64; i++) {
    const early = ((w[i - 16] as number) + (w[i - 7] as number)) | 0
    w[i] = (early + ((sigma0(w[i - 15] as number) + sigma1(w[i - 2] as number)) | 0)) | 0
  }
}

/** Writes the digest over the first eight words: they are the next message. Eight rounds at a time, so that no word moves. */
function compress(w: Int32Array): void {
  let a = 0x6a09e667
  let b = 0xbb67ae85 | 0
  let c = 0x3c6ef372
  let d = 0xa54ff53a | 0
  let e = 0x510e527f
  let f = 0x9b05688c | 0
  let g = 0x1f83d9ab
  let h = 0x5be0cd19
  for (let i = 0; i < 64; i += 8) {
    h = input(e, f, g, h, w, i)
    d = (d + h) | 0
    h = output(a, b, c, h)
    g = input(d, e, f, g, w, i + 1)
    c = (c + g) | 0
    g = output(h, a, b, g)
    f = input(c, d, e, f, w, i + 2)
    b = (b + f) | 0
    f = output(g, h, a, f)
    e = input(b, c, d, e, w, i + 3)
    a = (a + e) | 0
    e = output(f, g, h, e)
    d = input(a, b, c, d, w, i + 4)
    h = (h + d) | 0
    d = output(e, f, g, d)
    c = input(h, a, b, c, w, i + 5)
    g = (g + c) | 0
    c = output(d, e, f, c)
    b = input(g, h, a, b, w, i + 6)
    f = (f + b) | 0
    b = output(c, d, e, b)
    a = input(f, g, h, a, w, i + 7)
    e = (e + a) | 0
    a = output(b, c, d, a)
  }
  w[0] = (a + 0x6a09e667) | 0
  w[1] = (b + (0xbb67ae85 | 0)) | 0
  w[2] = (c + 0x3c6ef372) | 0
  w[3] = (d + (0xa54ff53a | 0)) | 0
  w[4] = (e + 0x510e527f) | 0
  w[5] = (f + (0x9b05688c | 0)) | 0
  w[6] = (g + 0x1f83d9ab) | 0
  w[7] = (h + 0x5be0cd19) | 0
}

function input(e: number, f: number, g: number, h: number, w: Int32Array, i: number): number {
  const sum1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
  const word = ((w[i] as number) + (ROUND[i] as number)) | 0
  return (((h + word) | 0) + ((sum1 + (g ^ (e & (f ^ g)))) | 0)) | 0
}

function output(a: number, b: number, c: number, t1: number): number {
  const sum0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
  return (t1 + ((sum0 + ((a & b) ^ (c & (a ^ b)))) | 0)) | 0
}

function sigma0(x: number): number {
  return ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
}

function sigma1(x: number): number {
  return ((x >>> 17) | (x << 15)) ^ ((x >>> 19) | (x << 13)) ^ (x >>> 10)
}

export function stateOf(bytes: Uint8Array): State {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 32)
  return Int32Array.from({ length: 8 }, (_, i) => view.getInt32(4 * i))
}

export function bytesOf(state: State): Uint8Array {
  const bytes = new Uint8Array(32)
  const view = new DataView(bytes.buffer)
  state.forEach((word, i) => {
    view.setInt32(4 * i, word)
  })
  return bytes
}
