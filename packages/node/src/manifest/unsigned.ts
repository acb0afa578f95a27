import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { errorCode, errorMessage } from '@montana/foundation'
import type { Manifest } from '@montana/network'
import { loadManifest } from '../genesis-file.js'
import type { ManifestFacts, ManifestRefusal, ManifestSettings, ManifestSource } from './types.js'

/** A base manifest, for which nobody vouches: as it stands in its file. Spec protocol 4.6, transport 2. */
export class UnsignedManifest implements ManifestSource {
  readonly isSigned = false
  readonly #settings: ManifestSettings
  #manifest: Manifest
  #bytes: Uint8Array
  #refusal: ManifestRefusal | null = null

  private constructor(settings: ManifestSettings, read: Read) {
    this.#settings = settings
    this.#manifest = read.manifest
    this.#bytes = read.bytes
  }

  /** Throws ConfigError. */
  static async open(settings: ManifestSettings): Promise<UnsignedManifest> {
    return new UnsignedManifest(settings, await read(settings))
  }

  get manifest(): Manifest {
    return this.#manifest
  }

  get bytes(): Uint8Array {
    return this.#bytes
  }

  get refusal(): ManifestRefusal | null {
    return this.#refusal
  }

  facts(): ManifestFacts {
    const sha256 = createHash('sha256').update(this.#bytes).digest('hex')
    return { version: null, sha256, notAfterMs: null, state: 'unsigned', keyLost: [] }
  }

  async commit(): Promise<void> {}

  async reload(): Promise<boolean> {
    try {
      const next = await read(this.#settings)
      this.#refusal = null
      if (Buffer.compare(next.bytes, this.#bytes) === 0) return false
      this.#manifest = next.manifest
      this.#bytes = next.bytes
      return true
    } catch (error) {
      this.#refusal = { code: errorCode(error), message: errorMessage(error) }
      return false
    }
  }
}

interface Read {
  readonly manifest: Manifest
  readonly bytes: Uint8Array
}

async function read({ path, genesis, admit }: ManifestSettings): Promise<Read> {
  const manifest = await loadManifest(path, genesis)
  admit(manifest)
  return { manifest, bytes: await readFile(path) }
}
