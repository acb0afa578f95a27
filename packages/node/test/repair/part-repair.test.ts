import { decodeEnvelope, encodeEnvelope, HEADER_BYTES } from '@montana/consensus'
import { createSignatureVerifier } from '@montana/crypto'
import { silentLogger } from '@montana/foundation'
import { genesisHash } from '@montana/ledger'
import { loadBackend } from '@montana/native'
import { encodeEnvelopeRangeResponse } from '@montana/network'
import { type MissingPart, openStore } from '@montana/store'
import { createProofVerifier } from '@montana/timechain'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { PartRepair } from '../../src/repair/part-repair.js'
import { Authenticator } from '../../src/runtime/authenticator.js'
import { type BuiltWindow, buildChain, headOfChain } from '../support/chain.js'
import { diskGate } from '../support/disk.js'
import { flipped } from '../support/messages.js'
import { altering, answering, type Peer, requestsTo } from '../support/peers.js'
import { makeWorld, temporaryDirectory, VOTE_RULES, type World } from '../support/world.js'

const WINDOWS = 4
const { backend } = loadBackend()
let world: World

beforeAll(async () => {
  world = await makeWorld(VOTE_RULES)
})
afterAll(() => world.crypto.close())

interface Pair {
  readonly dirs: readonly [string, string]
  readonly built: readonly BuiltWindow[]
}

/** One chain in two stores. */
async function makePair(): Promise<Pair> {
  const dirs = [temporaryDirectory(), temporaryDirectory()] as const
  return { dirs, built: await buildChain(world, dirs, { windows: WINDOWS }) }
}

/** A store that lacks `parts`, and one that has them. */
function setUp(
  { dirs: [ours, theirs], built }: Pair,
  parts: readonly MissingPart[],
  peersOf: (honest: Peer) => Record<string, Peer>,
) {
  const [store, other] = [openStore({ dir: ours, mode: 'write' }), openStore({ dir: theirs, mode: 'read' })]
  onTestFinished(() => {
    store.close()
    other.close()
  })
  for (const part of parts) store.repairs.drop(part)
  const liars: string[] = []
  const { requests, asked } = requestsTo(peersOf(answering({ store: other })))
  const clock = { ms: 0 }
  const repair = new PartRepair({
    store,
    disk: diskGate(),
    requests,
    time: { monotonicMs: () => clock.ms },
    authenticator: new Authenticator(createSignatureVerifier(world.crypto), genesisHash(world.document)),
    verifier: createProofVerifier({ backend }),
    cementing: 'vote',
    chain: () => headOfChain(built).after,
    logger: silentLogger,
    onLie: (peer) => liars.push(peer),
    onMended: () => {},
  })
  return { store, other, repair, liars, asked, clock }
}

async function mended(repair: PartRepair, store: ReturnType<typeof setUp>['store'], left: number): Promise<void> {
  repair.run()
  await expect.poll(() => store.repairs.missing().length, { timeout: 5_000 }).toBe(left)
  await repair.stop()
}

it('what was taken out comes back from a peer, byte for byte', async () => {
  const parts: MissingPart[] = [1, 3, WINDOWS].flatMap((window) => [
    { kind: 'envelope', window },
    { kind: 'certificate', window },
  ])
  const { store, other, repair, liars } = setUp(await makePair(), parts, (honest) => ({ honest, another: honest }))
  await mended(repair, store, 0)
  for (const { window } of parts) {
    expect(store.windowAt(window)).toEqual({ ...other.windowAt(window), appliedAtMs: expect.anything() })
    expect(store.certificates.get(window)).toEqual(other.certificates.get(window))
  }
  expect(liars).toEqual([])
})

it.each(['envelope', 'certificate'] as const)(
  '%s with one wrong byte is refused, and another peer is asked',
  async (kind) => {
    const part = { kind, window: 2 }
    const pair = await makePair()
    const first = openStore({ dir: pair.dirs[1], mode: 'read' })
    const bytes = kind === 'envelope' ? first.windowAt(2)?.envelope : first.certificates.get(2)
    const places = Array.from({ length: 8 }, (_, i) => Math.floor(((bytes?.length ?? 0) * i) / 8))
    for (const place of places) {
      // Behind first_window, count, more and the length of the item.
      const lying = (honest: Peer) => altering(honest, (answer) => flipped(answer, 15 + place))
      const { store, other, repair } = setUp(pair, [part], (honest) => ({
        lying: lying(honest),
        honest,
        another: honest,
      }))
      await mended(repair, store, 0)
      expect(store.windowAt(2)?.envelope).toEqual(other.windowAt(2)?.envelope)
      expect(store.certificates.get(2)).toEqual(other.certificates.get(2))
      store.close()
    }
  },
)

it('a peer that has it not leaves the part missing', async () => {
  const part: MissingPart = { kind: 'envelope', window: 2 }
  const { store, repair, liars } = setUp(await makePair(), [part], () => ({ empty: async () => new Uint8Array() }))
  await mended(repair, store, 1)
  expect(liars).toEqual([])
})

it('a proof that nobody has is asked for less and less often, and leaves the round to parts that somebody has', async () => {
  const proofs: MissingPart[] = Array.from({ length: 70 }, (_, i) => ({ kind: 'proof', window: i + 1 }))
  const part: MissingPart = { kind: 'certificate', window: 90 }
  const { store, repair, asked, clock } = setUp(await makePair(), [...proofs, part], (honest) => ({ honest }))
  const round = async () => {
    const before = asked.length
    repair.run()
    await expect.poll(() => asked.length > before && !repair.isRunning, { timeout: 5_000 }).toBe(true)
    return asked.length - before
  }
  expect(store.repairs.missing()).toHaveLength(71)
  expect(await round()).toBe(64)
  // The last six and the certificate, which the first 64 would have kept out for ever.
  expect(await round()).toBe(7)
  repair.run()
  expect([repair.isRunning, asked.length]).toEqual([false, 71])
  clock.ms = 31_000
  expect([await round(), await round()]).toEqual([64, 7])
  clock.ms = 62_000
  repair.run()
  expect(repair.isRunning).toBe(false)
  clock.ms = 92_000
  expect(await round()).toBe(64)
  await repair.stop()
})

it('an envelope that lacks a part of its evidence is not the one that was lost', async () => {
  const part: MissingPart = { kind: 'envelope', window: 2 }
  const lying = (honest: Peer): Peer => {
    return async (type, payload) => {
      const answer = await honest(type, payload)
      const { confirmers, evidence, control, bytes } = decodeEnvelope(answer.subarray(15))
      const lists = { confirmers, evidence: evidence.slice(1), control }
      const short = encodeEnvelope({ header: bytes.subarray(0, HEADER_BYTES), ...lists })
      return encodeEnvelopeRangeResponse({ firstWindow: 2, more: true, envelopes: [short] })
    }
  }
  const { store, other, repair } = setUp(await makePair(), [part], (honest) => {
    return { lying: lying(honest), honest, another: honest }
  })
  await mended(repair, store, 0)
  expect(store.windowAt(2)?.envelope).toEqual(other.windowAt(2)?.envelope)
})
