import { createHash, type Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { ByteReader } from '@montana/codec'
import { bytesEqual } from '@montana/foundation'
import { SnapshotFileError } from './errors.js'
import {
  DIGEST_BYTES,
  HEAD_SECTIONS,
  MAGIC,
  nameOf,
  PREAMBLE_BYTES,
  SECTION,
  SECTION_MAX_BYTES,
  type SectionName,
  TAG_BYTES,
  VERSION,
} from './format.js'
import { sectionDigest } from './section-writer.js'
import type { RecordCounts } from './types.js'

export interface Section {
  /** What refusals call it. */
  readonly name: string
  readonly kind: SectionName
  readonly payload: Uint8Array
}

/** Reads the sections of one file in order and holds one of them at a time. Throws {@link SnapshotFileError}. */
export class SectionReader {
  readonly #file: FileHandle
  readonly #size: number
  readonly #digest: Hash = createHash('sha256')
  #offset = 0
  #index = 0

  private constructor(file: FileHandle, size: number) {
    this.#file = file
    this.#size = size
  }

  static async begin(file: FileHandle): Promise<SectionReader> {
    const reader = new SectionReader(file, (await file.stat()).size)
    await reader.#preamble()
    return reader
  }

  /** Bytes read, of all bytes of the file. */
  get progress(): { readonly done: number; readonly of: number } {
    return { done: this.#offset, of: this.#size }
  }

  /** The next section, its place, length and checksum in order. */
  async next(): Promise<Section> {
    const tag = await this.#read(TAG_BYTES + DIGEST_BYTES, nameOf(this.#index, 0))
    const fields = new ByteReader(tag)
    const type = fields.u8()
    const name = nameOf(this.#index, type)
    const kind = this.#kindOf(type, name)
    const isTagged = fields.u8() === 0 && fields.u16() === 0 && fields.u32() === this.#index
    if (!isTagged) throw new SnapshotFileError('SNAPSHOT_ORDER', name, 'another section stands in its place')
    const length = fields.u32()
    if (length > SECTION_MAX_BYTES[kind]) {
      throw new SnapshotFileError('SNAPSHOT_TOO_LARGE', name, `${length} bytes, at most ${SECTION_MAX_BYTES[kind]}`)
    }
    const payload = await this.#read(length, name)
    if (!bytesEqual(sectionDigest(tag.subarray(0, TAG_BYTES), payload), tag.subarray(TAG_BYTES))) {
      throw new SnapshotFileError('SNAPSHOT_CHECKSUM', name, 'its bytes do not give its checksum')
    }
    if (kind === 'end') this.#checkEnd(payload)
    this.#digest.update(tag)
    this.#index += 1
    return { name, kind, payload }
  }

  async #preamble(): Promise<void> {
    const foreign = (cause?: unknown) => new SnapshotFileError('SNAPSHOT_NOT_ONE', 'file', 'this is no snapshot', cause)
    if (this.#size < PREAMBLE_BYTES) throw foreign()
    const preamble = await this.#read(PREAMBLE_BYTES, 'file')
    this.#digest.update(preamble)
    const reader = new ByteReader(preamble)
    if (!bytesEqual(reader.bytes(MAGIC.length), MAGIC)) throw foreign()
    const version = reader.u16()
    if (version === VERSION) return
    throw new SnapshotFileError('SNAPSHOT_VERSION', 'file', `it has version ${version}, this program reads ${VERSION}`)
  }

  /** The kind that belongs in this place. */
  #kindOf(type: number, name: string): SectionName {
    const wanted: readonly SectionName[] =
      this.#index < HEAD_SECTIONS.length ? HEAD_SECTIONS.slice(this.#index, this.#index + 1) : ['records', 'end']
    const kind = wanted.find((one) => SECTION[one] === type)
    if (kind) return kind
    throw new SnapshotFileError('SNAPSHOT_ORDER', name, `a section of type ${type} stands in its place`)
  }

  #checkEnd(payload: Uint8Array): void {
    const { sections, digest } = decodeEnd(payload)
    if (sections !== this.#index) {
      throw new SnapshotFileError('SNAPSHOT_ORDER', 'end', `it counts ${sections} sections, there are ${this.#index}`)
    }
    if (!bytesEqual(digest, this.#digest.copy().digest())) {
      throw new SnapshotFileError('SNAPSHOT_CHECKSUM', 'end', 'the sections before it do not give its checksum')
    }
    const left = this.#size - this.#offset
    if (left > 0) throw new SnapshotFileError('SNAPSHOT_TRAILING', 'end', `${left} bytes follow it`)
  }

  async #read(length: number, name: string): Promise<Uint8Array> {
    if (this.#offset + length > this.#size) throw cut(name)
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; ) {
      const { bytesRead } = await this.#file.read(bytes, at, length - at, this.#offset + at)
      if (bytesRead === 0) throw cut(name)
      at += bytesRead
    }
    this.#offset += length
    return bytes
  }
}

export function decodeEnd(payload: Uint8Array): { sections: number; counts: RecordCounts; digest: Uint8Array } {
  const reader = new ByteReader(payload)
  const sections = reader.u32()
  const counts = { account: reader.u32(), node: reader.u32(), candidate: reader.u32() }
  const digest = reader.bytes(DIGEST_BYTES)
  reader.end()
  return { sections, counts, digest }
}

function cut(name: string): SnapshotFileError {
  return new SnapshotFileError('SNAPSHOT_CUT', name, 'the file ends within it, or before it')
}
