import {
  type EngineState,
  encodeEnvelope,
  type StepResult,
  voteMessage,
  voteScope,
  type WindowCommit,
} from '@montana/consensus'
import { concatBytes } from '@montana/foundation'
import { genesisHash } from '@montana/ledger'
import { describe, expect, it } from 'vitest'
import { Authenticator } from '../src/node/authenticator.js'
import type { UndatedEvent } from '../src/node/inbox.js'
import { auditStores, replay } from '../src/oracles/audit.js'
import { History } from '../src/oracles/history.js'
import { isolationProblem } from '../src/oracles/isolation-oracle.js'
import { QuorumWatch } from '../src/oracles/quorum-oracle.js'
import { SignatureLedger } from '../src/oracles/signatures-oracle.js'
import { factsOf, firstOf, runQuietly } from './support/history.js'

const OTHER = new Uint8Array(32).fill(0xee)
const run = runQuietly(8)
const { world, commits } = run
const { document, clock, signatures } = world
const process = firstOf(world)

function historyOf(list: readonly WindowCommit[]): History {
  const history = new History({ document, clock, signatures, genesisHash: genesisHash(document) })
  for (const commit of list) history.add(commit)
  return history
}

function commitAt(window: number): WindowCommit {
  const commit = commits[window - 1]
  if (!commit) throw new Error(`no window ${window}`)
  return commit
}

describe('agreement and prefix', () => {
  it('notice a second value, other records under the same value, and a gap', () => {
    const history = historyOf(commits)
    const known = commitAt(5)
    expect(history.add(known)).toBeUndefined()
    expect(history.add({ ...known, cementValue: OTHER })?.invariant).toBe(1)
    expect(history.add({ ...known, changes: known.changes.slice(1) })?.invariant).toBe(12)
    expect(history.add({ ...known, window: 20 })?.invariant).toBe(2)
  })

  it('are audited over every honest store at the end', () => {
    const history = historyOf(commits)
    expect(auditStores(world.processes, history)).toBeUndefined()
    const forked = {
      ...process,
      name: 'p9',
      isHonest: true,
      disk: { commits: [{ ...commitAt(1), cementValue: OTHER }] },
    }
    expect(auditStores([forked as never], history)?.invariant).toBe(1)
    const gap = { ...forked, disk: { commits: [commitAt(2)] } }
    expect(auditStores([gap as never], history)?.invariant).toBe(2)
  })
})

describe('replay from genesis', () => {
  const authenticator = new Authenticator(signatures, genesisHash(document))

  it('gives every context again, and notices one that it does not give', () => {
    expect(replay(historyOf(commits), document, authenticator)).toBeUndefined()
    const doctored = commits.map((commit) => (commit.window === 6 ? { ...commit, contextHash: OTHER } : commit))
    expect(replay(historyOf(doctored), document, authenticator)).toMatchObject({ invariant: 12, window: 6 })
  })

  it('notices an envelope that acceptance refuses', () => {
    const facts = factsOf(run)[4]
    if (!facts) throw new Error('no window 5')
    const { header, evidence, control } = facts.envelope
    const envelope = encodeEnvelope({ header: header.bytes, confirmers: [], evidence, control })
    const doctored = commits.map((commit) => (commit.window === 5 ? { ...commit, envelope } : commit))
    expect(replay(historyOf(doctored), document, authenticator)).toMatchObject({ invariant: 12, window: 5 })
  })
})

describe('what leaves a process', () => {
  const self = process.init.config.selfNodeId
  const vote = (window: number, value: Uint8Array) => {
    const scope = voteScope({ nodeId: self, window, round: 0, phase: 2, value })
    const payload = concatBytes(scope, process.init.signer.sign(voteMessage(genesisHash(document), scope)))
    return { kind: 'vote', window, payload } as const
  }

  it('must be in its journal first', () => {
    expect(new SignatureLedger().check(process, vote(process.head + 1, OTHER))?.invariant).toBe(11)
  })

  it('must not contradict what left it before', () => {
    const ledger = new SignatureLedger()
    expect(ledger.check(process, vote(1, OTHER))).toBeUndefined()
    expect(ledger.check(process, vote(1, OTHER))).toBeUndefined()
    expect(ledger.check(process, vote(1, new Uint8Array(32)))?.invariant).toBe(10)
  })

  it('must be an envelope that it stores', () => {
    const ledger = new SignatureLedger()
    const { window, envelope } = commitAt(3)
    expect(ledger.check(process, { kind: 'proposal', window, payload: envelope })).toBeUndefined()
    const changed = envelope.slice()
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1
    expect(ledger.check(process, { kind: 'proposal', window, payload: changed })?.invariant).toBe(11)
  })

  it('must still be there after a crash', () => {
    const ledger = new SignatureLedger()
    const { window, envelope } = commitAt(process.head)
    ledger.check(process, { kind: 'proposal', window, payload: envelope })
    expect(ledger.audit(process)).toBeUndefined()
    const shrunk = { ...process, name: process.name, head: window - 1, disk: process.disk }
    expect(ledger.audit(shrunk as never)?.invariant).toBe(11)
  })

  it('must confirm only clock values that it computed', () => {
    const own = factsOf(run)[6]?.envelope.evidence.find(({ nodeId }) => Buffer.compare(nodeId, self) === 0)
    if (!own) throw new Error('the process confirmed window 7')
    const message = { kind: 'confirmation', window: 7, payload: own.bytes.slice() } as const
    const ledger = new SignatureLedger()
    expect(ledger.check(process, message)?.invariant).toBe(8)
    const informed = new SignatureLedger()
    informed.noteValue(process, 7, own.endpoint)
    expect(informed.check(process, message)).toBeUndefined()
  })
})

describe('what was signed before a loss', () => {
  it('may be passed on, but never contradicted', () => {
    const ledger = new SignatureLedger()
    const { window, cementValue } = commitAt(process.head)
    const self = process.init.config.selfNodeId
    const said = (value: Uint8Array) => {
      const scope = voteScope({ nodeId: self, window: window + 1, round: 1, phase: 1, value })
      const payload = concatBytes(scope, process.init.signer.sign(voteMessage(genesisHash(document), scope)))
      return { kind: 'vote', window: window + 1, payload } as const
    }
    expect(ledger.check(process, said(cementValue))?.invariant).toBe(11)
    ledger.forgive(process)
    expect(ledger.check(process, said(cementValue))).toBeUndefined()
    expect(ledger.check(process, said(OTHER))?.invariant).toBe(10)
  })
})

describe('isolation', () => {
  const { state } = process
  const event: UndatedEvent = { type: 'wake' }
  const rejected = { type: 'rejected', from: 'p1', window: 9, code: 'InvalidSignature' } as const
  const result = (after: EngineState, effects: StepResult['effects']): StepResult => ({
    state: after,
    effects,
    wakeAtMs: undefined,
  })

  it('notices a rejected message that leaves traces', () => {
    expect(isolationProblem(state, event, result(state, [rejected]))).toBeUndefined()
    const touched = { ...state, clockValue: OTHER }
    expect(isolationProblem(state, event, result(touched, [rejected]))?.invariant).toBe(13)
    const commit = { type: 'commit', commit: commitAt(1) } as const
    expect(isolationProblem(state, event, result(state, [rejected, commit]))?.invariant).toBe(13)
  })
})

describe('stop, not fork', () => {
  it('notices a window that is cemented while less than a quorum is up', () => {
    const watch = new QuorumWatch(document, historyOf(commits))
    watch.update(world.processes)
    expect(watch.check(12)).toBeUndefined()
    watch.update([process])
    expect(watch.check(9)).toBeUndefined()
    expect(watch.check(10)?.invariant).toBe(18)
    watch.update(world.processes)
    expect(watch.check(10)).toBeUndefined()
  })
})
