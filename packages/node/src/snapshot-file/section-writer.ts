import { createHash, type Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { ByteWriter, sha256 } from '@montana/codec'
import {
  DIGEST_BYTES,
  END_BYTES,
  MAGIC,
  PREAMBLE_BYTES,
  SECTION,
  SECTION_MAX_BYTES,
  type SectionName,
  TAG_BYTES,
  VERSION,
} from './format.js'
import type { RecordCounts } from './types.js'

/** Writes the sections of one file, one after the other. */
export class SectionWriter {
  readonly #file: FileHandle
  readonly #digest: Hash = createHash('sha256')
  #sections = 0
  #bytes = 0

  private constructor(file: FileHandle) {
    this.#file = file
  }

  static async begin(file: FileHandle): Promise<SectionWriter> {
    const writer = new SectionWriter(file)
    const preamble = new ByteWriter(PREAMBLE_BYTES).bytes(MAGIC).u16(VERSION).finish()
    writer.#digest.update(preamble)
    await writer.#write(preamble)
    return writer
  }

  /** So far. */
  get bytes(): number {
    return this.#bytes
  }

  async section(name: Exclude<SectionName, 'end'>, payload: Uint8Array): Promise<void> {
    await this.#section(name, payload)
  }

  /** The last section. */
  async end(counts: RecordCounts): Promise<void> {
    const payload = new ByteWriter(END_BYTES)
      .u32(this.#sections)
      .u32(counts.account)
      .u32(counts.node)
      .u32(counts.candidate)
      .bytes(this.#digest.copy().digest(), DIGEST_BYTES)
      .finish()
    await this.#section('end', payload)
  }

  async #section(name: SectionName, payload: Uint8Array): Promise<void> {
    if (payload.length > SECTION_MAX_BYTES[name]) throw new RangeError(`${name} of ${payload.length} bytes`)
    const tag = new ByteWriter(TAG_BYTES)
      .u8(SECTION[name])
      .u8(0)
      .u16(0)
      .u32(this.#sections)
      .u32(payload.length)
      .finish()
    const digest = sectionDigest(tag, payload)
    this.#digest.update(tag).update(digest)
    for (const part of [tag, digest, payload]) await this.#write(part)
    this.#sections += 1
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) at += (await this.#file.write(bytes, at)).bytesWritten
    this.#bytes += bytes.length
  }
}

export function sectionDigest(tag: Uint8Array, payload: Uint8Array): Uint8Array {
  return sha256(tag, payload)
}
