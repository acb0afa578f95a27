import type { StandClock } from '../clock.js'
import { SECRETS_MAX } from '../constants.js'
import { HttpFailure, invalid } from '../errors.js'
import { type BoxKeyPair, createBoxKeyPair, openSealedBox } from '../sealed-box.js'
import { checkValue, storedName } from './names.js'

export interface StoredSecret {
  readonly name: string
  /** As a workflow would see it. */
  readonly value: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** GitHub's key ids are numbers of this many digits or so, written as text. */
const FIRST_KEY_ID = 568_250_167_242_549_743n

/** Actions secrets of one repository. What arrives sealed is opened with the repository's own key. */
export class Secrets {
  readonly #clock: StandClock
  readonly #stored = new Map<string, StoredSecret>()
  #pair: BoxKeyPair = createBoxKeyPair()
  #keyId = FIRST_KEY_ID

  constructor(clock: StandClock) {
    this.#clock = clock
  }

  get publicKey(): { readonly keyId: string; readonly key: Uint8Array } {
    return { keyId: this.#keyId.toString(), key: this.#pair.publicKey }
  }

  /** From now on seals for the former key are refused with 422. */
  rotateKey(): void {
    this.#pair = createBoxKeyPair()
    this.#keyId += 1n
  }

  /** In the order of their names. */
  list(): StoredSecret[] {
    return [...this.#stored.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  get(name: string): StoredSecret | undefined {
    return this.#stored.get(name.toUpperCase())
  }

  putSealed(name: string, keyId: string, sealed: Uint8Array): 'created' | 'updated' {
    if (keyId !== this.#keyId.toString()) throw invalid('Invalid key_id: the public key of this repository has changed')
    const opened = openSealedBox(sealed, this.#pair)
    if (opened === undefined) throw new HttpFailure(422, 'Secret could not be decrypted with the public key')
    checkValue('Secret', opened)
    return this.put(name, Buffer.from(opened).toString('utf8'))
  }

  /** As if written on the settings page. */
  put(name: string, value: string): 'created' | 'updated' {
    const stored = storedName('Secret', name)
    checkValue('Secret', value)
    const before = this.#stored.get(stored)
    if (before === undefined && this.#stored.size >= SECRETS_MAX) throw invalid('Repository has too many secrets')
    const nowMs = this.#clock.nowMs()
    this.#stored.set(stored, { name: stored, value, createdAtMs: before?.createdAtMs ?? nowMs, updatedAtMs: nowMs })
    return before === undefined ? 'created' : 'updated'
  }

  delete(name: string): boolean {
    return this.#stored.delete(name.toUpperCase())
  }

  /** Name to plain value, what `secrets` holds in a workflow. */
  plain(): ReadonlyMap<string, string> {
    return new Map([...this.#stored.values()].map(({ name, value }) => [name, value]))
  }
}
