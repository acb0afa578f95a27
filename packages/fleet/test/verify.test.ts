import { describe, expect, it } from 'vitest'
import {
  documentText,
  parseTrustRoot,
  REGISTRY_KIND,
  type RegistryDocument,
  rotationBytes,
  signDocument,
  signedBytes,
  verifyDocument,
} from '../src/index.js'
import {
  base64,
  bytesOf,
  DAY_MS,
  draftOf,
  type Fleet,
  fleetOf,
  hostOf,
  NOW,
  signedBy,
  signerOf,
  verify,
} from './support.js'

const code = (expected: string) => expect.objectContaining({ code: expected })

async function check(document: RegistryDocument, fleet: Fleet, nowMs = NOW) {
  return await verifyDocument(bytesOf(document), REGISTRY_KIND, { trust: fleet.trust, verify, nowMs })
}

describe('a signed document', () => {
  it('is accepted with k distinct signatures; its layout does not matter', async () => {
    const fleet = await fleetOf(3, 2)
    const document = await signedBy(await draftOf(), fleet, [0, 2])
    const verified = await check(document, fleet)
    expect(verified.signers).toEqual(['op0', 'op2'])
    const { signatures, ...rest } = document
    const reordered = { signatures, ...Object.fromEntries(Object.entries(rest).reverse()) }
    const bytes = new TextEncoder().encode(JSON.stringify(reordered))
    const again = await verifyDocument(bytes, REGISTRY_KIND, { trust: fleet.trust, verify, nowMs: NOW })
    expect(again.sha256).toBe(verified.sha256)
  })

  it('signs "mt-fleet-document" ‖ 0 ‖ schema ‖ 0 ‖ canonical JSON without signatures', async () => {
    const draft = await draftOf({ hosts: [] })
    const text = Buffer.from(signedBytes(draft)).toString()
    expect(text).toBe(
      'mt-fleet-document\0montana.registry/1\0{"hosts":[],"issued_at":"2026-05-01T12:00:00.000Z","network":"montana.test",' +
        '"not_after":"2026-07-30T12:00:00.000Z","previous_sha256":null,"schema":"montana.registry/1","version":1,"witnesses":[]}',
    )
  })

  it('counts neither one key under two ids, nor strangers, nor a signature of other content', async () => {
    const fleet = await fleetOf(3, 2)
    const draft = await draftOf()
    await expect(check(await signedBy(draft, fleet, [0]), fleet)).rejects.toThrow(code('DOC_SIGNATURES'))
    const [key] = fleet.signers
    if (!key) throw new Error('no signer')
    const twin = { ...fleet, trust: { ...fleet.trust, keys: new Map([...fleet.trust.keys, ['twin', key.publicKey]]) } }
    const twice = await signDocument(await signedBy(draft, fleet, [0]), 'twin', key)
    await expect(check(twice, twin)).rejects.toThrow(code('DOC_SIGNATURES'))
    const stranger = await signDocument(await signedBy(draft, fleet, [0]), 'nobody', await signerOf(1))
    await expect(check(stranger, fleet)).rejects.toThrow(code('DOC_SIGNATURES'))
    const changed = { ...(await signedBy(draft, fleet, [0, 1])), version: 9 }
    await expect(check(changed, fleet)).rejects.toThrow(code('DOC_SIGNATURES'))
  })

  it('refuses another network, unknown fields, other schemas and too many entries', async () => {
    const fleet = await fleetOf(1, 1)
    const refuse = async (over: object, expected: string) =>
      await expect(check({ ...(await draftOf()), ...over } as RegistryDocument, fleet)).rejects.toThrow(code(expected))
    await refuse({ network: 'other.test' }, 'DOC_NETWORK')
    await refuse({ extra: 1 }, 'DOC_INVALID')
    await refuse({ schema: 'montana.registry/2' }, 'DOC_INVALID')
    await refuse({ version: 0 }, 'DOC_INVALID')
    await refuse({ issued_at: '2026-02-30T12:00:00Z' }, 'DOC_INVALID')
    const host = await hostOf('a', 1)
    await refuse({ hosts: Array.from({ length: 257 }, () => host) }, 'DOC_INVALID')
  })

  it('holds by its dates, ours within five minutes', async () => {
    const fleet = await fleetOf(1, 1)
    const document = await signedBy(await draftOf(), fleet, [0])
    await expect(check(document, fleet, NOW - 5 * 60_000)).resolves.toBeDefined()
    await expect(check(document, fleet, NOW - 5 * 60_000 - 1)).rejects.toThrow(code('DOC_EARLY'))
    await expect(check(document, fleet, NOW + 90 * DAY_MS - 1)).resolves.toBeDefined()
    await expect(check(document, fleet, NOW + 90 * DAY_MS)).rejects.toThrow(code('DOC_EXPIRED'))
  })

  it('names the first failing step: signatures before dates before content', async () => {
    const fleet = await fleetOf(1, 1)
    const host = await hostOf('a', 1)
    const broken = await draftOf({ hosts: [host, host] })
    await expect(check(broken, fleet, NOW + 99 * DAY_MS)).rejects.toThrow(code('DOC_SIGNATURES'))
    const signed = await signedBy(broken, fleet, [0])
    await expect(check(signed, fleet, NOW + 99 * DAY_MS)).rejects.toThrow(code('DOC_EXPIRED'))
    await expect(check(signed, fleet)).rejects.toThrow(code('DOC_INVALID'))
  })
})

describe('the content of a registry', () => {
  it.each(['name', 'label', 'address', 'public_key'] as const)('has no %s twice', async (field) => {
    const fleet = await fleetOf(1, 1)
    const [a, b] = [await hostOf('a', 1), await hostOf('b', 2)]
    const document = await signedBy(await draftOf({ hosts: [a, { ...b, [field]: a[field] }] }), fleet, [0])
    await expect(check(document, fleet)).rejects.toThrow(expect.objectContaining({ code: 'DOC_INVALID', field }))
  })

  it('has keys of the length of their type', async () => {
    const fleet = await fleetOf(1, 1)
    for (const over of [
      { public_key: base64(new Uint8Array(1951)) },
      { key_type: 'ed25519' as const },
      { name: 'A' },
    ]) {
      const document = await signedBy(await draftOf({ hosts: [await hostOf('a', 1, over)] }), fleet, [0])
      await expect(check(document, fleet)).rejects.toThrow(code('DOC_INVALID'))
    }
  })

  it('takes a replaced key only with its own signature and for seven days', async () => {
    const fleet = await fleetOf(1, 1)
    const [old, other] = [await signerOf(1), await signerOf(2)]
    const replaced = async (validMs: number, signer: typeof old) => {
      const host = await hostOf('a', 3)
      const facts = { public_key: base64(old.publicKey), valid_until: new Date(NOW + validMs).toISOString() }
      const signature = base64(await signer.sign(rotationBytes('montana.test', host, facts)))
      const previous = { key_type: 'ml-dsa-65' as const, ...facts, signature }
      return await check(await signedBy(await draftOf({ hosts: [{ ...host, previous }] }), fleet, [0]), fleet)
    }
    await expect(replaced(7 * DAY_MS, old)).resolves.toBeDefined()
    await expect(replaced(7 * DAY_MS + 1, old)).rejects.toThrow(code('DOC_INVALID'))
    await expect(replaced(DAY_MS, other)).rejects.toThrow(code('DOC_INVALID'))
  })
})

describe('the trust root', () => {
  const parse = (value: unknown) => parseTrustRoot(new TextEncoder().encode(JSON.stringify(value)))

  it('is read', async () => {
    const { trustText, trust } = await fleetOf(3, 2)
    expect(parse(JSON.parse(trustText))).toEqual(trust)
  })

  it('refuses a threshold above its distinct keys, an id twice, and unknown fields', async () => {
    const root = JSON.parse((await fleetOf(2, 2)).trustText)
    const [first] = root.operators
    const refused = code('OPERATORS_INVALID')
    expect(() => parse({ ...root, threshold: 3 })).toThrow(refused)
    expect(() => parse({ ...root, operators: [first, { ...first, id: 'op9' }] })).toThrow(refused)
    expect(() => parse({ ...root, threshold: 1, operators: [first, first] })).toThrow(refused)
    expect(() => parse({ ...root, extra: true })).toThrow(refused)
  })
})

it('the text form of a document ends with a newline and reads back', async () => {
  const draft = await draftOf()
  expect(documentText(draft).endsWith('}\n')).toBe(true)
  expect(JSON.parse(documentText(draft))).toEqual(draft)
})
