import { cp, rm } from 'node:fs/promises'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DocumentStore, documentText, MANIFEST_KIND, type ManifestDocument, signDocument } from '../src/index.js'
import { documentBytes, manifestOf, nodeOf, signAll, textBytes } from './manifest-support.js'
import { DAY_MS, type Fleet, fleetOf, folderOfAll, NOW, scratch, signerOf, verify } from './support.js'

/** Offered to a host on which version 5 is in force, two of three operators being needed. */
interface Vector {
  readonly rule: string
  readonly offered: () => Promise<Uint8Array>
  /** Null: accepted. */
  readonly code: string | null
  readonly atMs?: number
}

let fleet: Fleet
let store: DocumentStore<ManifestDocument>
let stateDir: string
/** On which version 5 is in force. */
let begun: string

beforeAll(async () => {
  fleet = await fleetOf(3, 2)
  begun = await folderOfAll()
  await (await open(begun)).accept(documentBytes(await signAll(await manifestOf({ version: 5 }), fleet)), NOW)
  return () => rm(begun, { recursive: true, force: true })
})

beforeEach(async () => {
  stateDir = await scratch()
  await cp(begun, stateDir, { recursive: true })
  store = await open(stateDir)
})

const open = (stateDir: string) =>
  DocumentStore.open({ kind: MANIFEST_KIND, stateDir, modules: { trust: fleet.trust, verify } })

const next = (over: Partial<ManifestDocument> = {}) => manifestOf({ version: 6, ...over })
const signed = async (over: Partial<ManifestDocument> = {}, by: readonly number[] = [0, 1]) =>
  documentBytes(await signAll(await next(over), fleet, by))
const edited = async (edit: (text: string) => string) =>
  textBytes(edit(documentText(await signAll(await next(), fleet))))
const at = (ms: number) => new Date(NOW + ms).toISOString()
const SKEW = 300_000

const VECTORS: readonly Vector[] = [
  { rule: '0 a good successor', offered: () => signed(), code: null },
  { rule: '0 any two of three', offered: () => signed({}, [2, 0]), code: null },
  { rule: '0 another layout', offered: () => edited((text) => JSON.stringify(JSON.parse(text))), code: null },
  { rule: '0 a gap in versions', offered: () => signed({ version: 900 }), code: null },
  { rule: '1 size', offered: () => edited((text) => text + ' '.repeat(1 << 20)), code: 'DOC_TOO_LARGE' },
  { rule: '1 not JSON', offered: () => edited((text) => text.slice(0, -3)), code: 'DOC_INVALID' },
  { rule: '1 not UTF-8', offered: async () => Uint8Array.of(0x7b, 0xff, 0x7d), code: 'DOC_INVALID' },
  { rule: '1 byte order mark', offered: () => edited((text) => `\uFEFF${text}`), code: 'DOC_INVALID' },
  {
    rule: '1 a key twice',
    offered: () => edited((text) => text.replace('"version": 6', '"version": 9, "version": 6')),
    code: 'DOC_INVALID',
  },
  {
    rule: '1 a key twice, the other spelled with an escape',
    offered: () => edited((text) => text.replace('"version": 6', '"\\u0076ersion": 9, "version": 6')),
    code: 'DOC_INVALID',
  },
  {
    rule: '1 257 entries',
    offered: async () => {
      const peer = await nodeOf('a', 1)
      // Shorter than real ones, or the size would be refused first.
      return textBytes(JSON.stringify({ ...(await next()), peers: Array(257).fill({ ...peer, node_pubkey_hex: '' }) }))
    },
    code: 'DOC_INVALID',
  },
  {
    rule: '1 schema',
    offered: () => signed({ schema: 'montana.manifest/2' as 'montana.manifest/1' }),
    code: 'DOC_INVALID',
  },
  { rule: '1 unknown field', offered: () => signed({ extra: 1 } as object), code: 'DOC_INVALID' },
  { rule: '1 network', offered: () => signed({ network: 'other', network_name: 'other' }), code: 'DOC_NETWORK' },
  { rule: '2 one of two', offered: () => signed({}, [0]), code: 'DOC_SIGNATURES' },
  { rule: '2 none', offered: () => signed({}, []), code: 'DOC_SIGNATURES' },
  {
    rule: '2 a stranger',
    offered: async () => {
      const document = await signAll(await next(), fleet, [0])
      return documentBytes(await signDocument(document, 'op1', await signerOf(99)))
    },
    code: 'DOC_SIGNATURES',
  },
  {
    rule: '2 one operator twice',
    offered: async () => {
      const document = await signAll(await next(), fleet, [0])
      return documentBytes({ ...document, signatures: [...document.signatures, ...document.signatures] })
    },
    code: 'DOC_SIGNATURES',
  },
  {
    rule: '2 signatures of the version before',
    offered: async () => {
      const { signatures } = await signAll(await manifestOf({ version: 5 }), fleet)
      return documentBytes({ ...(await next()), signatures })
    },
    code: 'DOC_SIGNATURES',
  },
  { rule: '3 issued 5 min ahead', offered: () => signed({ issued_at: at(SKEW) }), code: null },
  { rule: '3 issued more than 5 min ahead', offered: () => signed({ issued_at: at(SKEW + 1) }), code: 'DOC_EARLY' },
  { rule: '3 its last millisecond', offered: () => signed({ not_after: at(1) }), code: null },
  { rule: '3 over', offered: () => signed({ not_after: at(0) }), code: 'DOC_EXPIRED' },
  { rule: '4 a lower version', offered: () => signed({ version: 4 }), code: 'DOC_ROLLBACK' },
  {
    rule: '4 the same version, another content',
    offered: async () => await signed({ version: 5, not_after: at(DAY_MS) }),
    code: 'DOC_EQUIVOCATION',
  },
  { rule: '5 content', offered: () => signed({ peers: [] }), code: 'DOC_INVALID' },
  { rule: '2 before 3', offered: () => signed({ not_after: at(0) }, [0]), code: 'DOC_SIGNATURES' },
  { rule: '3 before 4', offered: () => signed({ version: 4, not_after: at(0) }), code: 'DOC_EXPIRED' },
  { rule: '4 before 5', offered: () => signed({ version: 4, peers: [] }), code: 'DOC_ROLLBACK' },
]

describe('a document offered to a host', () => {
  it.each(VECTORS)('$rule: $code', async ({ offered, code }) => {
    const bytes = await offered()
    const verdict = await store.accept(bytes, NOW).then(
      () => null,
      (error: { code: string }) => error.code,
    )
    expect(verdict).toBe(code)
    const reopened = await open(stateDir)
    expect(reopened.current?.document.version === 5).toBe(code !== null)
  })

  it('4 the version in force is nothing new, and neither of two of one version is taken later', async () => {
    const same = documentBytes(await signAll(await manifestOf({ version: 5 }), fleet, [1, 2]))
    expect(await store.accept(same, NOW)).toBe(false)
    const [one, two] = [await signAll(await next(), fleet), await signAll(await next({ not_after: at(DAY_MS) }), fleet)]
    const seen = await Promise.all([one, two].map((document) => store.judge(documentBytes(document), NOW)))
    await store.noteTwofold(seen.map(({ verified }) => verified))
    const later = await open(stateDir)
    for (const document of [one, two]) {
      const again = later.accept(documentBytes(document), NOW)
      await expect(again).rejects.toThrow(expect.objectContaining({ code: 'DOC_EQUIVOCATION' }))
    }
    expect(later.equivocation).toBe(6)
    expect(await later.accept(await signed({ version: 7 }), NOW)).toBe(true)
    expect(later.equivocation).toBeNull()
  })
})
