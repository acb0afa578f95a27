import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, sleep, systemTime } from '@montana/foundation'
import { loadBackend } from '@montana/native'
import { EXT_ERROR, EXT_TYPE, ExtError } from '@montana/network'
import { openStore } from '@montana/store'
import { createProofVerifier } from '@montana/timechain'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Liar } from '../../../src/drill/liar.js'
import { CatchUp, type CatchUpModules } from '../../../src/runtime/catch-up/catch-up.js'
import { windowSource } from '../../../src/runtime/catch-up/window-source.js'
import { type AdmissionChain, restoredAt } from '../../support/admission-chain.js'
import { buildChain } from '../../support/chain.js'
import { answering, type Peer, requestsTo, silent } from '../../support/peers.js'
import { createReceiver } from '../../support/receiver.js'
import { makeWorld, VOTE_RULES } from '../../support/world.js'

const WINDOWS = 24
const { backend } = loadBackend()
let chain: AdmissionChain
let peer: Peer
let close = async () => {}

beforeAll(async () => {
  const world = await makeWorld(VOTE_RULES)
  const dir = mkdtempSync(join(tmpdir(), 'montana-catch-up-'))
  const built = await buildChain(world, [dir], { windows: WINDOWS })
  const store = openStore({ dir, mode: 'read' })
  chain = { world, built, registration: new Uint8Array() }
  peer = answering({ store })
  close = async () => {
    store.close()
    rmSync(dir, { recursive: true, force: true })
    await world.crypto.close()
  }
}, 60_000)

afterAll(async () => await close())

/** A node at `head` of a real chain, whose peers answer in the bytes of the protocol. */
function nodeAt(head: number, peers: Readonly<Record<string, Peer>>, over: Partial<CatchUpModules> = {}) {
  const receiver = createReceiver(chain.world, restoredAt(chain, head))
  const { loop, inbox, authenticator } = receiver
  const { requests, asked } = requestsTo(peers)
  const lies: string[] = []
  const catchUp = new CatchUp({
    loop,
    inbox,
    authenticator,
    logger: silentLogger,
    fetchWindows: windowSource(requests, 'vote'),
    proofs: { requests, verifier: createProofVerifier({ backend }), policy: undefined },
    isSource: () => true,
    expectedPeers: () => Object.keys(peers).length,
    onLie: (peerId, window) => lies.push(`${peerId} ${window}`),
    handsOver: () => false,
    onApplied: () => {},
    monotonicMs: () => systemTime.monotonicMs(),
    ...over,
  })
  onTestFinished(() => catchUp.stop())
  const tellHeads = (window = WINDOWS) => {
    for (const peerId of Object.keys(peers)) catchUp.notePeerHead(peerId, window)
  }
  return { catchUp, loop, lies, asked, tellHeads, receiver }
}

const soon = () => AbortSignal.timeout(20_000)
const nobody: Peer = async () => {
  throw new Error('no such window')
}

function lying(): Peer {
  const liar = new Liar()
  liar.isOn = true
  return async (type, payload) => liar.alter('node', { type, payload }, await peer(type, payload))
}

describe('catching up along a real chain', () => {
  it('ends at the head of its peers, having asked all of them', async () => {
    const { catchUp, loop, lies, asked, tellHeads } = nodeAt(0, { a: peer, b: peer, c: peer })
    tellHeads()
    expect(catchUp.isRunning).toBe(true)
    await loop.waitForHead(WINDOWS, soon())
    expect(loop.state.chain.context.proposalHash).toEqual(chain.built.at(-1)?.after.context.proposalHash)
    expect(new Set(asked)).toEqual(new Set(['a', 'b', 'c']))
    expect(lies).toEqual([])
    await expect.poll(() => catchUp.isRunning).toBe(false)
    expect(catchUp.progress).toBeUndefined()
    expect(catchUp.totals).toMatchObject({ mode: 'range', windows: WINDOWS, bytesTwice: 0 })
    expect(catchUp.totals.bytesFetched).toBeGreaterThan(WINDOWS * 3_722)
  })

  it('goes on from its head: what was applied is not asked for again', async () => {
    const { loop, asked, tellHeads, catchUp } = nodeAt(15, { a: peer })
    tellHeads()
    await loop.waitForHead(WINDOWS, soon())
    expect(asked).toHaveLength(2)
    await expect.poll(() => catchUp.totals.windows).toBe(WINDOWS - 15)
  })

  it('names whoever serves a wrong window, whichever part of it is wrong, and takes it from another', async () => {
    const wrongEnvelope = only(EXT_TYPE.envelopeRange, lying())
    const wrongCertificate = only(EXT_TYPE.certificate, lying())
    const { loop, lies, tellHeads, catchUp } = nodeAt(0, { honest: peer, wrongEnvelope, wrongCertificate })
    tellHeads()
    await loop.waitForHead(WINDOWS, soon())
    expect(lies.map((lie) => lie.split(' ')[0]).sort()).toEqual(['wrongCertificate', 'wrongEnvelope'])
    expect(catchUp.totals.bytesTwice).toBeGreaterThan(0)
    expect(catchUp.target).toBe(WINDOWS)
  })

  it('a peer that is busy rests and is not blamed', async () => {
    let refusals = 0
    const busy: Peer = async (type, payload) => {
      if (refusals++ < 2) throw new ExtError(EXT_ERROR.busy, 'sync budget', 50)
      return await peer(type, payload)
    }
    const { loop, lies, tellHeads, catchUp } = nodeAt(0, { busy })
    tellHeads()
    await loop.waitForHead(WINDOWS, soon())
    expect(lies).toEqual([])
    expect(catchUp.target).toBe(WINDOWS)
  })

  it('a peer that has no old windows is not asked for them', async () => {
    const { loop, asked, tellHeads, catchUp } = nodeAt(0, { old: peer, young: peer })
    catchUp.notePeerHead('young', WINDOWS, 20)
    catchUp.notePeerHead('old', WINDOWS, 1)
    await loop.waitForHead(10, soon())
    expect(asked.filter((name) => name === 'young').length).toBeLessThanOrEqual(2)
    tellHeads()
    await loop.waitForHead(WINDOWS, soon())
  })

  it('ends with its node, however far it is', async () => {
    const { loop, tellHeads, catchUp } = nodeAt(0, { a: peer })
    tellHeads()
    await loop.waitForHead(2, soon())
    loop.stop()
    await expect.poll(() => catchUp.progress).toBeUndefined()
    expect(loop.head).toBeLessThan(WINDOWS)
  })

  it('waits for space on the disk and blames nobody for it', async () => {
    const { loop, tellHeads, receiver, lies, catchUp } = nodeAt(0, { a: peer, b: peer })
    tellHeads()
    await loop.waitForHead(3, soon())
    receiver.isDiskFull = true
    await expect.poll(() => loop.isHeld).toBe(true)
    const { head } = loop
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(loop.head).toBe(head)
    receiver.isDiskFull = false
    await loop.waitForHead(WINDOWS, soon())
    expect(lies).toEqual([])
    expect(catchUp.target).toBe(WINDOWS)
    expect(catchUp.totals.bytesTwice).toBe(0)
  })

  it('shows how far it is while it runs', async () => {
    const { catchUp, loop, tellHeads } = nodeAt(0, { a: peer, b: peer })
    tellHeads()
    await loop.waitForHead(4, soon())
    expect(catchUp.progress).toMatchObject({
      mode: 'range',
      phase: 'range',
      from: 0,
      target: WINDOWS,
      peers: ['a', 'b'],
    })
    await loop.waitForHead(WINDOWS, soon())
  })
})

describe('what peers claim', () => {
  it('one peer alone cannot make a node look far behind', () => {
    const { catchUp } = nodeAt(10, { 'honest-1': nobody, 'honest-2': nobody, liar: nobody })
    catchUp.notePeerHead('honest-1', 10)
    catchUp.notePeerHead('honest-2', 10)
    catchUp.notePeerHead('liar', 2 ** 40)
    expect(catchUp.target).toBe(10)
  })

  it('a hint moves the claim by one window at most', async () => {
    const { catchUp, asked } = nodeAt(10, { peer: nobody })
    catchUp.noteBehind('peer')
    expect(catchUp.target).toBe(11)
    await expect.poll(() => new Set(asked)).toEqual(new Set(['peer']))
  })

  it('whoever cannot make good its claim loses it and is asked later each time', async () => {
    const clock = { nowMs: 0 }
    const { catchUp, asked } = nodeAt(10, { liar: nobody }, { monotonicMs: () => clock.nowMs })
    const settled = () => expect.poll(() => catchUp.isRunning).toBe(false)
    for (const atMs of [0, 59_000, 61_000, 120_000, 182_000]) {
      clock.nowMs = atMs
      catchUp.notePeerHead('liar', 60)
      await settled()
    }
    // Envelopes and certificates are asked for side by side.
    expect(asked).toHaveLength(2 * 3)
    expect(catchUp.target).toBe(10)
    catchUp.forgetPeer('liar')
    catchUp.notePeerHead('liar', 60)
    await settled()
    expect(asked, 'reconnecting does not clear a blame').toHaveLength(2 * 3)
  })

  it('a peer that the network layer would not ask is not asked', () => {
    const { catchUp, asked } = nodeAt(10, { peer }, { isSource: () => false })
    catchUp.notePeerHead('peer', WINDOWS)
    expect(catchUp.isRunning).toBe(false)
    expect(asked).toEqual([])
  })
})

/** Honest, but for one kind of answer. */
function only(wrongType: number, wrong: Peer): Peer {
  return async (type, payload) => await (type === wrongType ? wrong : peer)(type, payload)
}

describe('a gap that a snapshot closes', () => {
  it('is handed over before anything is asked for, and stays so', async () => {
    const gaps: object[] = []
    const handsOver = (gap: object) => gaps.push(gap) > 0
    const { catchUp, loop, asked, tellHeads } = nodeAt(0, { a: peer, b: peer }, { handsOver })
    tellHeads()
    await expect.poll(() => gaps).toEqual([{ head: 0, target: WINDOWS, windowsPerSecond: undefined }])
    tellHeads()
    await sleep(50)
    expect({ asked, head: loop.head, isRunning: catchUp.isRunning }).toEqual({ asked: [], head: 0, isRunning: false })
  })

  it('may be one that nobody can close by range any more', async () => {
    const gaps: object[] = []
    const { catchUp, asked } = nodeAt(0, { a: peer }, { handsOver: (gap: object) => gaps.push(gap) > 0 })
    catchUp.notePeerHead('a', WINDOWS, 12)
    await expect.poll(() => gaps).toEqual([{ head: 0, target: WINDOWS, windowsPerSecond: undefined }])
    expect(asked).toEqual([])
  })

  it('is seen also where the first that was heard lacks one window only', async () => {
    const gaps: object[] = []
    const handsOver = (gap: object) => gaps.push(gap) > 0
    const { catchUp } = nodeAt(0, { first: silent, far: silent, other: silent }, { handsOver })
    catchUp.noteBehind('first')
    await sleep(600)
    expect(gaps).toEqual([])
    for (const peerId of ['far', 'other']) catchUp.notePeerHead(peerId, WINDOWS)
    await expect.poll(() => gaps).toEqual([{ head: 0, target: WINDOWS, windowsPerSecond: undefined }])
  })

  it('is not one window that comes late', async () => {
    const handsOver = () => true
    const { loop, tellHeads } = nodeAt(WINDOWS - 1, { a: peer }, { handsOver })
    tellHeads()
    await loop.waitForHead(WINDOWS, soon())
  })
})
