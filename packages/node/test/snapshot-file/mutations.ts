import { readFileSync, writeFileSync } from 'node:fs'
import { seededRandom } from '@montana/foundation'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { restoreSnapshotFile } from '../../src/snapshot-file/restore.js'
import { readSnapshotInfo, verifySnapshotFile } from '../../src/snapshot-file/verify.js'
import {
  makeSnapshotCase,
  offsetsOf,
  options,
  type RawSection,
  type SnapshotCase,
  sealed,
  sectionsOf,
} from './support.js'

const NAMES = [
  'genesis',
  'manifest',
  'envelope',
  'certificate',
  'records 0',
  'records 1',
  'records 2',
  'records 3',
  'end',
]
const [MANIFEST, ENVELOPE, CERTIFICATE, NODES, FIRST_ACCOUNTS, MORE_ACCOUNTS, END] = [1, 2, 3, 4, 6, 7, 8]
const RECORDS_AT = 77
const ACCOUNT_BYTES = 2059

/** Every way in which a file can be wrong; `cases` of each kind that has a random place. */
export function mutationSuite(cases: number): void {
  let made: SnapshotCase
  let other: SnapshotCase
  let bytes: Uint8Array
  let sections: RawSection[]
  let at: number[]
  beforeAll(async () => {
    made = await makeSnapshotCase()
    other = await makeSnapshotCase(600, '1', 6)
    bytes = readFileSync(made.file)
    sections = sectionsOf(made.file)
    at = offsetsOf(made.file)
  })
  afterAll(() => {
    made.close()
    other.close()
  })

  const random = seededRandom(8)
  const below = (n: number) => Math.floor(random.next() * n)
  const verdictOf = (changed: Uint8Array) => {
    const file = made.path('changed.snap')
    writeFileSync(file, changed)
    return verifySnapshotFile({ ...options, file, genesis: made.genesis })
  }
  const copy = () => Uint8Array.from(bytes)
  const start = (index: number) => at[index] ?? 0
  const places = Array.from({ length: cases }, (_, index) => index)

  describe.each(NAMES.map((name, index) => [name, index] as const))('section %s', (name, index) => {
    it.each(places)('with a flipped bit is refused by name (%i)', async () => {
      const changed = copy()
      const place = start(index) + below(start(index + 1) - start(index))
      changed[place] = (changed[place] ?? 0) ^ (1 << below(8))
      await expect(verdictOf(changed)).rejects.toMatchObject({
        name: 'SnapshotFileError',
        exitCode: 1,
        field: sectionField(name, index),
      })
    })

    it.each(places)('cut short, or at its beginning, is refused by name (%i)', async (place) => {
      const end = place === 0 ? start(index) : start(index) + below(start(index + 1) - start(index))
      const verdict = verdictOf(bytes.subarray(0, end))
      await expect(verdict).rejects.toMatchObject({ code: 'SNAPSHOT_CUT', field: sectionField(name, index) })
    })

    it.each(places)('with a run of zeros is refused by name (%i)', async () => {
      const changed = copy()
      const length = start(index + 1) - start(index)
      const from = below(length)
      changed.fill(0, start(index) + from, start(index) + Math.min(length, from + 512))
      if (Buffer.compare(changed, bytes) === 0) return
      await expect(verdictOf(changed)).rejects.toMatchObject({ field: sectionField(name, index) })
    })
  })

  /** A changed type byte may make a section of records look like the end, and the other way round. */
  const sectionField = (name: string, index: number) =>
    index < NODES ? name : expect.stringMatching(new RegExp(`^(?:${name}|end|records ${index - NODES})$`))

  describe('sections as such', () => {
    const without = (index: number) => sections.filter((_, i) => i !== index)
    const moved = (a: number, b: number) =>
      sections.map((section, i) => sections[i === a ? b : i === b ? a : i] ?? section)

    it.each([
      ['a section is missing', () => without(FIRST_ACCOUNTS), 'records 2'],
      ['the last records are missing', () => without(MORE_ACCOUNTS), 'end'],
      ['the certificate is missing', () => without(CERTIFICATE), 'certificate'],
      ['two are swapped', () => moved(FIRST_ACCOUNTS, MORE_ACCOUNTS), 'records 2'],
      ['tables are swapped', () => moved(NODES, FIRST_ACCOUNTS), 'records 0'],
      [
        'one comes twice',
        () => [...sections.slice(0, END), sections[MORE_ACCOUNTS], sections[END]] as RawSection[],
        'records 4',
      ],
      ['the end comes early', () => [...sections.slice(0, MORE_ACCOUNTS), sections[END]] as RawSection[], 'end'],
    ])('are refused where %s and all checksums are right', async (_, change, field) => {
      await expect(verdictOf(sealed(change()))).rejects.toMatchObject({ name: 'SnapshotFileError', field })
    })

    it('are refused in another order with their old checksums, and with bytes behind the last', async () => {
      const pieces = at.slice(1).map((end, index) => bytes.subarray(start(index), end))
      const swapped = [
        bytes.subarray(0, 8),
        ...moved(FIRST_ACCOUNTS, MORE_ACCOUNTS).map((_, i) => pieces[i === 6 ? 7 : i === 7 ? 6 : i]),
      ]
      const verdict = verdictOf(Buffer.concat(swapped as Uint8Array[]))
      await expect(verdict).rejects.toMatchObject({ code: 'SNAPSHOT_ORDER', field: 'records 2' })
      const trailing = verdictOf(Buffer.concat([bytes, Uint8Array.of(0)]))
      await expect(trailing).rejects.toMatchObject({ code: 'SNAPSHOT_TRAILING', field: 'end' })
    })

    it('are refused longer than their limit before they are read', async () => {
      const changed = Buffer.from(bytes)
      changed.writeUInt32LE(0xfffffff0, start(ENVELOPE) + 8)
      await expect(verdictOf(changed)).rejects.toMatchObject({ code: 'SNAPSHOT_TOO_LARGE', field: 'envelope' })
    })

    it.each([
      ['nothing', new Uint8Array(0), 'SNAPSHOT_NOT_ONE'],
      ['another file', Buffer.from('PK\u0003\u0004 and so on'), 'SNAPSHOT_NOT_ONE'],
      ['a later version', Buffer.from('mtsnap\u0002\0'), 'SNAPSHOT_VERSION'],
    ])('are not looked for in %s', async (_, content, code) => {
      await expect(verdictOf(content)).rejects.toMatchObject({ code, field: 'file', exitCode: 1 })
      await expect(readSnapshotInfo(made.path('changed.snap'))).rejects.toMatchObject({ code })
    })
  })

  describe('a forger with right checksums', () => {
    const withPayload = (index: number, payload: Uint8Array) =>
      sections.map((section, i) => (i === index ? { ...section, payload } : section))
    const changedAt = (index: number, place: number) => {
      const payload = Uint8Array.from(sections[index]?.payload ?? [])
      payload[place] = (payload[place] ?? 0) ^ 1
      return withPayload(index, payload)
    }
    const ofOther = (index: number) => withPayload(index, sectionsOf(other.file)[index]?.payload ?? new Uint8Array())

    it.each(places)('cannot change a record (%i)', async () => {
      const index = [NODES, FIRST_ACCOUNTS, MORE_ACCOUNTS][below(3)] ?? NODES
      const payload = sections[index]?.payload.length ?? 0
      // Behind the range of keys, and before its proof.
      const place = RECORDS_AT + below(payload - RECORDS_AT)
      const verdict = verdictOf(sealed(changedAt(index, place)))
      await expect(verdict).rejects.toMatchObject({ name: 'SnapshotFileError', field: NAMES[index] })
    })

    it('cannot leave out a record', async () => {
      const old = Buffer.from(sections[FIRST_ACCOUNTS]?.payload ?? [])
      const count = old.readUInt32LE(73)
      old.writeUInt32LE(count - 1, 73)
      const from = RECORDS_AT + 7 * ACCOUNT_BYTES
      const payload = Buffer.concat([old.subarray(0, from), old.subarray(from + ACCOUNT_BYTES)])
      const verdict = verdictOf(sealed(withPayload(FIRST_ACCOUNTS, payload)))
      await expect(verdict).rejects.toMatchObject({ code: 'SNAPSHOT_PROOF', field: 'records 2' })
    })

    it.each([
      ['the context', MANIFEST, 3750 + 60, 'ANCHOR_CONTEXT'],
      ['the header of the manifest', MANIFEST, 24 + 100, 'ANCHOR_HEADER'],
      ['a signature of the evidence', ENVELOPE, 9_000, 'ANCHOR_SIGNATURE'],
      ['a signature of the certificate', CERTIFICATE, 200, 'ANCHOR_SIGNATURE'],
      ['the window that the certificate is of', CERTIFICATE, 0, 'ANCHOR_CERTIFICATE'],
    ])('cannot change %s', async (_, index, place, code) => {
      await expect(verdictOf(sealed(changedAt(index, place)))).rejects.toMatchObject({ code, exitCode: 1 })
    })

    it.each([MANIFEST, ENVELOPE, CERTIFICATE, NODES, FIRST_ACCOUNTS])(
      'cannot take section %i from another window',
      async (index) => {
        const verdict = verdictOf(sealed(ofOther(index)))
        await expect(verdict).rejects.toMatchObject({ exitCode: 1, field: expect.any(String) })
      },
    )

    it('cannot miscount: not in the manifest, not in the end', async () => {
      const verdict = verdictOf(sealed(sections, [605, 4, 0]))
      await expect(verdict).rejects.toMatchObject({ code: 'SNAPSHOT_COUNT', field: 'end' })
      const manifest = verdictOf(sealed(changedAt(MANIFEST, 8)))
      await expect(manifest).rejects.toMatchObject({ code: 'SNAPSHOT_COUNT', field: 'manifest' })
    })

    it('cannot make a store: what was there stays', async () => {
      const file = made.path('forged.snap')
      writeFileSync(file, sealed(changedAt(MORE_ACCOUNTS, RECORDS_AT + 500)))
      const dataDir = made.path('victim')
      const attempt = restoreSnapshotFile({ ...options, file, genesis: made.genesis, dataDir })
      await expect(attempt).rejects.toMatchObject({ field: 'records 3' })
      const report = await restoreSnapshotFile({ ...options, file: made.file, genesis: made.genesis, dataDir })
      expect(report.window).toBe(5)
    })
  })
}
