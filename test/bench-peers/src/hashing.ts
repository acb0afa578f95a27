import { hash } from 'node:crypto'
import { errorMessage } from '@montana/foundation'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { createSHA256 } from 'hash-wasm'
import { type BenchNative, loadBenchNative } from './native.js'
import { type Peer, packagePeer } from './peer.js'

/** Somebody else's SHA-256, hashing 32 bytes onto themselves over and over. */
export interface HashPeer {
  readonly name: string
  readonly kind: 'openssl' | 'javascript'
  readonly peer: Peer
  /** Hashes the 32-byte seed onto itself `steps` times; blocks the thread meanwhile. */
  chain(seed: Uint8Array, steps: number): Uint8Array
}

export interface OpensslPeers {
  readonly peers: readonly HashPeer[]
  /** Why something was not measured. */
  readonly notes: readonly string[]
  readonly native: BenchNative | undefined
}

const OPENSSL_SYMBOLS = ['SHA256_Transform', 'sha256_block_data_order', 'SHA256']

/** The strongest competitor: the compression of the OpenSSL that Node carries, without JavaScript in between. */
export function opensslPeers({ native, reason } = loadBenchNative()): OpensslPeers {
  if (!native) return { peers: [], notes: [`OpenSSL loops and latency bound not measured: ${reason}`], native }
  const peers: HashPeer[] = []
  const notes: string[] = []
  for (const symbol of OPENSSL_SYMBOLS) {
    try {
      peers.push(opensslPeer(native, symbol))
    } catch (error) {
      notes.push(`not measured: ${errorMessage(error)}`)
    }
  }
  return { peers, notes, native }
}

function opensslPeer(native: BenchNative, symbol: string): HashPeer {
  const loop = native.OpensslLoop.open(symbol)
  const peer: Peer = { product: 'OpenSSL', version: process.versions.openssl, role: `${symbol} in a native loop` }
  return { name: `OpenSSL ${symbol} loop`, kind: 'openssl', peer, chain: (seed, steps) => loop.run(seed, steps) }
}

/** What a program in JavaScript would take. */
export async function javascriptPeers(): Promise<HashPeer[]> {
  const wasm = await createSHA256()
  const ofNode: Peer = { product: 'Node.js', version: process.versions.node, role: 'crypto.hash, a call for each step' }
  return [
    stepwise('hash-wasm', packagePeer('hash-wasm', 'SHA-256 in WebAssembly'), (value) => {
      return wasm.init().update(value).digest('binary')
    }),
    stepwise('crypto.hash', ofNode, (value) => hash('sha256', value, 'buffer')),
    stepwise('@noble/hashes', packagePeer('@noble/hashes', 'SHA-256 in plain JavaScript'), nobleSha256),
  ]
}

function stepwise(name: string, peer: Peer, step: (value: Uint8Array) => Uint8Array): HashPeer {
  const chain = (seed: Uint8Array, steps: number) => {
    let value = seed
    for (let i = 0; i < steps; i++) value = step(value)
    return value
  }
  return { name, kind: 'javascript', peer, chain }
}
