import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { accountIdOf, createSignatureVerifier, type Signer } from '@montana/crypto'
import {
  createManifest,
  documentText,
  type ManifestDocument,
  operatorsText,
  revise,
  signDocument,
} from '@montana/fleet'
import { ConfigError, toHex } from '@montana/foundation'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openManifest } from '../../src/manifest/open.js'
import type { ManifestSource } from '../../src/manifest/types.js'
import { makeWorld, temporaryDirectory, type World } from '../support/world.js'

const NOW = Date.parse('2026-05-01T12:00:00.000Z')
const DAY_MS = 86_400_000

let world: World
let operators: readonly Signer[]
let dir: string
let nowMs: number

beforeAll(async () => {
  world = await makeWorld()
  operators = await Promise.all([91, 92].map((byte) => world.crypto.importSigner(new Uint8Array(32).fill(byte))))
})

beforeEach(async () => {
  dir = temporaryDirectory()
  nowMs = NOW
  await writeOperators(operators)
})

async function writeOperators(signers: readonly Signer[]): Promise<void> {
  const entries = signers.map(({ publicKey }, index) => ({
    ...{ id: `op${index}`, label: `Operator ${index}` },
    public_key: Buffer.from(publicKey).toString('base64'),
  }))
  const network = world.document.networkName
  await writeFile(join(dir, 'operators.json'), operatorsText({ network, version: 1, threshold: 2, operators: entries }))
}

function draft(over: Partial<ManifestDocument> = {}): ManifestDocument {
  const peers = world.members.map(({ label, identity }, index) => ({
    label,
    multiaddr: `/ip4/127.0.0.1/tcp/${9000 + index}`,
    peer_id: identity.peerId,
    account_id_hex: toHex(identity.accountId),
    node_id_hex: toHex(identity.nodeId),
    bootstrap: index === 0,
    node_pubkey_hex: toHex(identity.publicKeys.node),
  }))
  const issue = { issuedAtMs: NOW, validMs: 90 * DAY_MS }
  return { ...createManifest(world.document.networkName, issue, peers), ...over }
}

async function signed(document: ManifestDocument, signers = operators): Promise<ManifestDocument> {
  let result = document
  for (const [index, signer] of signers.entries()) result = await signDocument(result, `op${index}`, signer)
  return result
}

const put = async (document: ManifestDocument | string) =>
  await writeFile(join(dir, 'manifest.json'), typeof document === 'string' ? document : documentText(document))

async function open(admit: () => void = () => {}): Promise<ManifestSource> {
  const time = { wallMs: () => nowMs, monotonicMs: () => nowMs }
  const verify = createSignatureVerifier(world.crypto)
  const settings = {
    ...{ path: join(dir, 'manifest.json'), operatorsPath: join(dir, 'operators.json') },
    ...{ stateDir: join(dir, 'state'), genesis: world.document, admit },
  }
  return await openManifest(settings, { verify, time })
}

const refusedWith = (code: string) => expect.objectContaining({ code, exitCode: 78 })

describe('a node that begins with a signed manifest', () => {
  it('takes one that the operators signed', async () => {
    const one = await signed(draft())
    await put(one)
    const source = await open()
    await source.commit()
    expect(source.manifest.peers.map(({ label }) => label)).toEqual(['one', 'two', 'three'])
    expect(source.facts(nowMs)).toMatchObject({ version: 1, notAfterMs: NOW + 90 * DAY_MS, state: 'valid' })
  })

  it('refuses every other with 78: unsigned, of one operator, broken, of another network, over, not there', async () => {
    const cases: [ManifestDocument | string, string][] = [
      [draft(), 'DOC_SIGNATURES'],
      [await signed(draft(), operators.slice(0, 1)), 'DOC_SIGNATURES'],
      [JSON.stringify({ network_name: world.document.networkName, peers: draft().peers }), 'DOC_INVALID'],
      ['{', 'DOC_INVALID'],
      [await signed(draft({ network: 'other', network_name: 'other' })), 'DOC_NETWORK'],
      [await signed(draft({ not_after: new Date(NOW).toISOString() })), 'DOC_EXPIRED'],
      [await signed(draft({ peers: draft().peers.slice(1) })), 'DOC_INVALID'],
    ]
    for (const [document, code] of cases) {
      await put(document)
      await expect(open()).rejects.toThrow(refusedWith(code))
    }
    await rm(join(dir, 'manifest.json'))
    await expect(open()).rejects.toThrow(refusedWith('DOC_INVALID'))
    await put(await signed(draft()))
    await rm(join(dir, 'operators.json'))
    await expect(open()).rejects.toThrow(refusedWith('OPERATORS_INVALID'))
  })

  it('refuses a genesis operator under other ids', async () => {
    const [first, ...rest] = draft().peers as [ManifestDocument['peers'][number], ...ManifestDocument['peers']]
    const account = toHex(accountIdOf(1, world.candidate.identity.publicKeys.account))
    await put(await signed(draft({ peers: [{ ...first, account_id_hex: account }, ...rest] })))
    await expect(open()).rejects.toThrow(refusedWith('DOC_INVALID'))
  })

  it('refuses what this node cannot do', async () => {
    await put(await signed(draft()))
    const admit = () => {
      throw new ConfigError('hybrid is not offered')
    }
    await expect(open(admit)).rejects.toThrow('hybrid is not offered')
  })
})

describe('a node that ran with a manifest before', () => {
  beforeEach(async () => {
    await put(await signed(draft({ version: 5 })))
    await (await open()).commit()
  })

  it('goes on with it beyond its end, and says so', async () => {
    nowMs += 91 * DAY_MS
    const source = await open()
    expect([source.facts(nowMs).state, source.refusal]).toEqual(['expired', null])
  })

  it('goes on with it when the file is older, and says so', async () => {
    await put(await signed(draft({ version: 4 })))
    const source = await open()
    expect(source.refusal?.code).toBe('DOC_ROLLBACK')
    expect(source.facts(nowMs)).toMatchObject({ version: 5, state: 'rollback' })
  })

  it('goes on with it when the file is another of its version, and says so', async () => {
    await put(await signed(draft({ version: 5, not_after: new Date(NOW + DAY_MS).toISOString() })))
    const source = await open()
    expect(source.refusal?.code).toBe('DOC_EQUIVOCATION')
    expect(source.facts(nowMs)).toMatchObject({ version: 5, state: 'equivocation' })
  })

  it('does not start with a file that nobody signed', async () => {
    await put(draft({ version: 6 }))
    await expect(open()).rejects.toThrow(refusedWith('DOC_SIGNATURES'))
  })

  it('takes other operators by their trust root, but no version below the highest', async () => {
    const others = await Promise.all([93, 94].map((byte) => world.crypto.importSigner(new Uint8Array(32).fill(byte))))
    await writeOperators(others)
    await put(await signed(draft({ version: 4 }), others))
    await expect(open()).rejects.toThrow(refusedWith('DOC_ROLLBACK'))
    await put(await signed(draft({ version: 6 }), others))
    expect((await open()).facts(nowMs).version).toBe(6)
  })
})

describe('a running node', () => {
  it('takes each good version and keeps the one in force over each bad file', async () => {
    const one = await signed(draft())
    await put(one)
    const source = await open()
    await source.commit()
    const two = await signed(revise(one, { peers: one.peers.slice(0, 2) }, { issuedAtMs: NOW, validMs: DAY_MS }))
    await put(two)
    expect([await source.reload(), source.facts(nowMs).version, source.manifest.peers.length]).toEqual([true, 2, 2])
    expect(source.facts(nowMs).state).toBe('expiring')
    expect(await source.reload()).toBe(false)
    for (const [bad, code] of [
      ['{', 'DOC_INVALID'],
      [one, 'DOC_ROLLBACK'],
      [draft({ version: 9 }), 'DOC_SIGNATURES'],
    ] as const) {
      await put(bad)
      expect([await source.reload(), source.refusal?.code, source.facts(nowMs).version]).toEqual([false, code, 2])
    }
    await put(two)
    expect([await source.reload(), source.refusal]).toEqual([false, null])
    nowMs += 2 * DAY_MS
    expect([await source.reload(), source.refusal, source.facts(nowMs).state]).toEqual([false, null, 'expired'])
  })

  it('names who lost a key, and takes a changed one only with the word of both', async () => {
    const candidate = world.candidate.identity
    const other = {
      ...{ peer_id: candidate.peerId, node_id_hex: toHex(candidate.nodeId) },
      node_pubkey_hex: toHex(candidate.publicKeys.node),
    }
    const peers = [
      ...draft().peers,
      {
        ...(draft().peers[2] as ManifestDocument['peers'][number]),
        label: 'four',
        multiaddr: '/ip4/127.0.0.1/tcp/9',
        ...other,
        account_id_hex: toHex(candidate.accountId),
      },
    ]
    const one = await signed(draft({ peers }))
    await put(one)
    const source = await open()
    await source.commit()
    const { signer } = world.candidate
    const spare = await world.crypto.importSigner(new Uint8Array(32).fill(77))
    expect(signer.publicKey).not.toEqual(spare.publicKey)
    const { nodeIdOf, peerIdOf } = await import('@montana/crypto')
    const key = spare.publicKey
    const changed = { peer_id: peerIdOf(key), node_id_hex: toHex(nodeIdOf(key)), node_pubkey_hex: toHex(key) }
    const next = (over: object) =>
      signed(
        revise(
          one,
          { peers: [...peers.slice(0, 3), { ...(peers[3] as (typeof peers)[number]), ...changed, ...over }] },
          { issuedAtMs: NOW, validMs: 90 * DAY_MS },
        ),
      )
    await put(await next({}))
    expect([await source.reload(), source.refusal?.code]).toEqual([false, 'DOC_INVALID'])
    await put(await next({ replaced: 'key lost' }))
    expect([await source.reload(), source.facts(nowMs).keyLost]).toEqual([true, ['four']])
  })
})
