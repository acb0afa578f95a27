import { type Cipheriv, createCipheriv } from 'node:crypto'
import { hashWithDomain, sha256 } from '@montana/codec'
import { compareBytes } from '@montana/foundation'
import {
  ACCOUNT_RECORD_BYTES,
  accountIdOf,
  encodeAccountRecord,
  PUBLIC_KEY_BYTES,
  SUITE_ML_DSA_65,
} from '@montana/ledger'

/** Key stream of one account: its public key, then what else is in its record. */
const STREAM_BYTES = 2048
const BLOCK_BYTES = 16
/** One account in so many has no key in its record, as those that a registration made (spec protocol 12.5). */
const KEYLESS_ONE_IN = 64
const HIGHEST_BALANCE = 1_000_000_000_000_000n
const ID_BYTES = 32

const zeros = new Uint8Array(STREAM_BYTES)
const noKey = new Uint8Array(PUBLIC_KEY_BYTES)

/** What belongs to one account, by its number. Seed and number give the same record on every host. */
export class AccountSource {
  readonly count: number
  readonly #key: Uint8Array
  readonly #window: number

  /** `window`: no account is younger. */
  constructor(seed: string, count: number, window: number) {
    this.#key = sha256(Buffer.from(`montana-synthetic-accounts/${seed}`))
    this.count = count
    this.#window = window
  }

  /** The numbers of all accounts in tree order of their ids; 48 bytes of memory for each while it runs. */
  treeOrder(): Uint32Array {
    const ids = this.#reversedIds()
    const leading = new Float64Array(this.count)
    for (let i = 0; i < this.count; i++) leading[i] = ids.readUIntBE(i * ID_BYTES, 6)
    const idOf = (i: number) => ids.subarray(i * ID_BYTES, (i + 1) * ID_BYTES)
    const order = Uint32Array.from({ length: this.count }, (_, i) => i)
    return order.sort((a, b) => (leading[a] ?? 0) - (leading[b] ?? 0) || compareBytes(idOf(a), idOf(b)))
  }

  /** The record of account `index`, 2059 bytes, written to `into` when given. */
  record(index: number, into = new Uint8Array(ACCOUNT_RECORD_BYTES)): Uint8Array {
    const stream = this.#streamFrom(index).update(zeros)
    const publicKey = stream.subarray(0, PUBLIC_KEY_BYTES)
    const rest = stream.subarray(PUBLIC_KEY_BYTES)
    const accountId = accountIdOf(SUITE_ML_DSA_65, publicKey)
    const opHeight = rest.readUInt16LE(8)
    const creationWindow = rest.readUInt32LE(16) % this.#window
    const lastOpWindow = creationWindow + (rest.readUInt32LE(20) % (this.#window - creationWindow))
    return encodeAccountRecord(
      {
        accountId,
        balance: rest.readBigUInt64LE(0) % HIGHEST_BALANCE,
        suiteId: SUITE_ML_DSA_65,
        isNodeOperator: false,
        frontierHash: hashWithDomain('mt-genesis', rest.subarray(32, 64)),
        opHeight,
        accountChainLength: opHeight,
        accountChainLengthSnapshot: opHeight >> 1,
        currentPublicKey: rest.readUInt8(10) % KEYLESS_ONE_IN === 0 ? noKey : publicKey,
        creationWindow,
        lastOpWindow,
        lastActivationWindow: creationWindow,
      },
      into,
    )
  }

  /** Ids one after the other, each in reverse, so that bytes compare in tree order. */
  #reversedIds(): Buffer {
    const ids = Buffer.allocUnsafe(this.count * ID_BYTES)
    const cipher = this.#streamFrom(0)
    for (let i = 0; i < this.count; i++) {
      const publicKey = cipher.update(zeros).subarray(0, PUBLIC_KEY_BYTES)
      const id = ids.subarray(i * ID_BYTES, (i + 1) * ID_BYTES)
      id.set(accountIdOf(SUITE_ML_DSA_65, publicKey))
      id.reverse()
    }
    return ids
  }

  #streamFrom(index: number): Cipheriv {
    const counter = Buffer.alloc(BLOCK_BYTES)
    counter.writeBigUInt64BE(BigInt(index) * BigInt(STREAM_BYTES / BLOCK_BYTES), 8)
    return createCipheriv('aes-256-ctr', this.#key, counter)
  }
}
