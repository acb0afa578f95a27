import { createHash } from 'node:crypto'
import { compareBytes, type RandomSource, seededRandom, toHex } from '@montana/foundation'
import {
  type DevnetRules,
  decodeAccountRecord,
  decodeCandidateRecord,
  decodeNodeRecord,
  devnetGenesis,
  devnetParams,
  type GenesisDocument,
  genesisHash,
  nodeIdOf,
  type Table,
} from '@montana/ledger'
import { decodeContext } from '../../src/context.js'
import {
  decodeCertificate,
  decodeConfirmation,
  decodeEnvelope,
  decodeHeader,
  decodePropose,
  decodeReveal,
  decodeVote,
  draftOfProposal,
  type Effect,
  type EngineConfig,
  type EngineEvent,
  type EngineState,
  engineConfig,
  genesisChainState,
  HEADER_BYTES,
  type JournalEntry,
  type OutgoingMessage,
  type RecentWindow,
  restoreState,
  step,
  voteMessages,
  type Wanted,
  type WindowCommit,
} from '../../src/index.js'

/** Virtual milliseconds that the stubbed clock needs for one window. */
const GRIND_MS = 80
const RESTART_MS = 700
const STATUS_EVERY_MS = 3_000

export interface FaultPlan {
  /** Probability that a message is lost. */
  readonly loss: number
  /** Probability, per effect, that the process dies right before it. */
  readonly crash: number
}

/** What survives a crash. */
class Disk {
  readonly commits: WindowCommit[] = []
  journal: JournalEntry[] = []
  signFrom: number | undefined

  append(entry: JournalEntry): void {
    const isReplaced = entry.kind === 'confirmation' || entry.kind === 'lock'
    const same = (e: JournalEntry) => {
      return e.window === entry.window && e.kind === entry.kind && e.round === entry.round && e.phase === entry.phase
    }
    const other = this.journal.find((e) => same(e) && !isReplaced)
    if (other && compareBytes(other.hash, entry.hash) !== 0) throw new Error(`second ${entry.kind} for ${entry.window}`)
    this.journal = [...this.journal.filter((e) => !same(e)), entry]
  }
}

class Process {
  readonly disk = new Disk()
  readonly nodeId: Uint8Array
  config!: EngineConfig
  state!: EngineState
  incarnation = 0
  isUp = false
  readonly sent: { window: number; kind: string; hash: string }[] = []

  constructor(
    readonly name: string,
    publicKey: Uint8Array,
  ) {
    this.nodeId = nodeIdOf(publicKey)
  }

  get head(): number {
    return this.disk.commits.length
  }
}

interface Scheduled {
  at: number
  order: number
  run: () => void
}

/** Whole networks in virtual time: real engine and ledger, stubbed clock and signatures; one seed replays one history. */
export class SimulatedMesh {
  readonly document: GenesisDocument
  readonly processes: Process[]
  readonly findings: string[] = []
  readonly crashes: string[] = []
  now = 0
  #queue: Scheduled[] = []
  #order = 0
  readonly #random: RandomSource

  constructor(
    seed: number,
    public faults: FaultPlan,
    members = 3,
    observers = 1,
    params = {},
    readonly rules: DevnetRules = { proposerRule: 'bootstrap', cementingRule: 'evidence' },
  ) {
    this.#random = seededRandom(seed)
    const keys = Array.from({ length: members + observers }, (_, i) => new Uint8Array(1952).fill(i + 1))
    const operators = keys
      .slice(0, members)
      .map((key, i) => ({ label: `m${i}`, nodePublicKey: key, accountPublicKey: new Uint8Array(1952).fill(100 + i) }))
    const base = devnetGenesis(operators, rules)
    this.document = { ...base, params: { ...devnetParams, ...params } }
    this.processes = keys.map((key, i) => new Process(`p${i}`, key))
    for (const process of this.processes) this.#boot(process)
    this.#every(STATUS_EVERY_MS, () => this.#exchangeStatus())
  }

  /** Runs until every live process has at least `window`, or virtual time is up; returns whether it got there. */
  runUntil(window: number, limitMs: number): boolean {
    const end = this.now + limitMs
    while (this.processes.some((process) => process.head < window)) {
      const next = this.#pop()
      if (!next || next.at > end) return false
      this.now = next.at
      next.run()
    }
    return true
  }

  #boot(process: Process): void {
    process.incarnation++
    process.isUp = true
    process.config = engineConfig(this.document, {
      genesisHash: genesisHash(this.document),
      selfNodeId: process.nodeId,
      minWindowMs: 200,
      verify: { kind: 'sample', segments: 16 },
      random: this.#random,
    })
    process.state = restoreState(this.#restore(process), this.now)
    this.#feed(process, { type: 'start', nowMs: this.now })
    this.#exchangeStatus()
    for (const other of this.processes) {
      if (other === process || !other.isUp) continue
      this.#feed(process, { type: 'peer', peer: other.name, nowMs: this.now })
      this.#feed(other, { type: 'peer', peer: process.name, nowMs: this.now })
    }
  }

  #restore(process: Process) {
    const { commits, journal } = process.disk
    const last = commits.at(-1)
    let chain = genesisChainState(this.document)
    let { tables } = chain
    for (const commit of commits) tables = applyChanges(tables, commit)
    if (last) chain = { ...chain, tables, context: decodeContext(last.context) }
    const recent = new Map<number, RecentWindow>(
      commits.slice(-8).map(({ window, cementValue, proposalHash, contextHash, envelope }) => {
        const { proposerNodeId } = decodeEnvelope(envelope).header
        const flags = { weights: undefined, isCertified: false, isDisputed: false }
        return [window, { value: toHex(cementValue), proposalHash, contextHash, proposerNodeId, ...flags }]
      }),
    )
    const relevant = journal.filter(({ window }) => window >= chain.context.window)
    const { signFrom } = process.disk
    return { chain, headEnvelope: last?.envelope, recent, journal: relevant, registrations: [], signFrom }
  }

  #feed(process: Process, event: EngineEvent): void {
    if (!process.isUp) return
    const result = step(process.config, process.state, event)
    process.state = result.state
    for (const effect of result.effects) {
      if (this.#random.next() < this.faults.crash) return this.#crash(process, effect)
      this.#execute(process, effect)
      if (!process.isUp) return
    }
    const { wakeAtMs } = result
    if (wakeAtMs !== undefined) this.#later(process, wakeAtMs - this.now, (nowMs) => ({ type: 'wake', nowMs }))
  }

  #crash(process: Process, before: Effect): void {
    process.isUp = false
    this.crashes.push(`${process.name} before ${before.type} at ${process.head}`)
    this.#schedule(RESTART_MS * (0.5 + this.#random.next()), () => this.#boot(process))
  }

  #execute(process: Process, effect: Effect): void {
    switch (effect.type) {
      case 'grind': {
        const value = createHash('sha256').update(effect.previous).digest()
        const { window } = effect
        return this.#later(process, GRIND_MS, (nowMs) => ({
          type: 'tick',
          window,
          value: new Uint8Array(value),
          nowMs,
        }))
      }
      case 'sign': {
        const { kind, window, scope, draft } = effect
        const signature = new Uint8Array(3309).fill(process.nodeId[0] ?? 0)
        const done = { type: 'signed', kind, window, scope, signature, ...(draft && { draft }) } as const
        return this.#later(process, 1 + 3 * this.#random.next(), (nowMs) => ({ ...done, nowMs }))
      }
      case 'journal':
        return process.disk.append(effect.entry)
      case 'commit':
        if (effect.commit.window !== process.head + 1) throw new Error('commit out of order')
        process.disk.commits.push(effect.commit)
        return
      case 'broadcast':
        for (const other of this.processes) if (other !== process) this.#transmit(process, other, effect.message)
        return
      case 'send': {
        const to = this.processes.find(({ name }) => name === effect.to)
        if (to) this.#transmit(process, to, effect.message)
        return
      }
      case 'signFrom':
        process.disk.signFrom = effect.window
        return
      case 'fetch':
        return this.#fetch(process, effect.wanted)
      case 'finding':
        this.findings.push(`${effect.code}@${effect.window}`)
        return
      case 'behind':
        return this.#catchUp(process)
      default:
        return
    }
  }

  #transmit(from: Process, to: Process, message: OutgoingMessage): void {
    if (this.#random.next() < this.faults.loss) return
    this.#later(to, 5 + 40 * this.#random.next(), (nowMs) => decodeMessage(from.name, message, nowMs))
  }

  /** A peer that has it answers, from its state or its store. */
  #fetch(process: Process, wanted: Wanted): void {
    const peers = this.processes.filter((other) => other !== process && other.isUp)
    for (const { name, state, disk } of peers) {
      const answer = (event: (nowMs: number) => EngineEvent) => this.#later(process, 10, event)
      const payloads: OutgoingMessage[] = []
      if (wanted.what === 'draft') {
        const draft = draftOfProposal(state, wanted.hash)
        if (draft) payloads.push({ kind: 'draft', window: wanted.window, payload: draft.candidate.envelope.bytes })
      }
      if (wanted.what === 'votes') {
        payloads.push(
          ...[...state.vote.proposals.values()].map(
            ({ window, bytes }) => ({ kind: 'propose', window, payload: bytes }) as const,
          ),
        )
        payloads.push(...voteMessages({ state } as never))
      }
      const bytes = wanted.what === 'certificate' ? disk.commits[wanted.window - 1]?.certificate : undefined
      if (bytes) answer((nowMs) => ({ type: 'certificate', from: name, certificate: decodeCertificate(bytes), nowMs }))
      for (const message of payloads) answer((nowMs) => decodeMessage(name, message, nowMs))
    }
  }

  #exchangeStatus(): void {
    for (const process of this.processes) {
      for (const other of this.processes) {
        if (other === process || !process.isUp || !other.isUp) continue
        const { nodeId, head: window } = other
        this.#feed(process, { type: 'status', nodeId, window, nowMs: this.now })
      }
      if (process.isUp && this.processes.some(({ isUp, head }) => isUp && head > process.head)) this.#catchUp(process)
    }
  }

  #catchUp(process: Process): void {
    const source = this.processes.find(({ isUp, head }) => isUp && head > process.head)
    const envelope = source?.disk.commits[process.head]?.envelope
    if (!source || !envelope) return
    const message = { kind: 'proposal', window: process.head + 1, payload: envelope } as const
    this.#later(process, 10, (nowMs) => decodeMessage(source.name, message, nowMs))
    const bytes = source.disk.commits[process.head]?.certificate
    if (bytes) {
      const certificate = decodeCertificate(bytes)
      this.#later(process, 11, (nowMs) => ({ type: 'certificate', from: source.name, certificate, nowMs }))
    }
  }

  /** An event for this incarnation of the process; a restarted one never sees it. */
  #later(process: Process, delayMs: number, event: (nowMs: number) => EngineEvent): void {
    const { incarnation } = process
    this.#schedule(Math.max(0, delayMs), () => {
      if (process.incarnation === incarnation) this.#feed(process, event(this.now))
    })
  }

  #every(periodMs: number, run: () => void): void {
    this.#schedule(periodMs, () => {
      run()
      this.#every(periodMs, run)
    })
  }

  #schedule(delayMs: number, run: () => void): void {
    this.#queue.push({ at: this.now + delayMs, order: this.#order++, run })
  }

  #pop(): Scheduled | undefined {
    let best = 0
    for (let i = 1; i < this.#queue.length; i++) {
      const [a, b] = [this.#queue[i], this.#queue[best]]
      if (a && b && (a.at < b.at || (a.at === b.at && a.order < b.order))) best = i
    }
    const [next] = this.#queue.splice(best, 1)
    return next
  }
}

function decodeMessage(from: string, { kind, payload }: OutgoingMessage, nowMs: number): EngineEvent {
  if (kind === 'reveal') return { type: 'reveal', from, reveal: decodeReveal(payload), nowMs }
  if (kind === 'confirmation') return { type: 'confirmation', from, confirmation: decodeConfirmation(payload), nowMs }
  if (kind === 'vote') return { type: 'vote', from, vote: decodeVote(payload), nowMs }
  if (kind === 'propose') return { type: 'propose', from, propose: decodePropose(payload), nowMs }
  if (payload.length === HEADER_BYTES) return { type: 'notice', from, header: decodeHeader(payload), nowMs }
  const envelope = decodeEnvelope(payload)
  const all = (list: readonly unknown[]) => list.map(() => true)
  const { confirmers, evidence, control } = envelope
  const signatures = { header: true, confirmers: all(confirmers), evidence: all(evidence), control: all(control) }
  const type = kind === 'draft' ? 'draft' : 'envelope'
  return { type, from, candidate: { envelope, signatures }, nowMs }
}

function applyChanges(tables: ReturnType<typeof genesisChainState>['tables'], commit: WindowCommit) {
  let { accounts, nodes, candidates } = tables
  for (const { table, key, record } of commit.changes) {
    if (table === 'account') accounts = changed(accounts, key, record && decodeAccountRecord(record))
    if (table === 'node') nodes = changed(nodes, key, record && decodeNodeRecord(record))
    if (table === 'candidate') candidates = changed(candidates, key, record && decodeCandidateRecord(record))
  }
  return { accounts, nodes, candidates }
}

function changed<R>(table: Table<R>, key: Uint8Array, record: R | null): Table<R> {
  return record === null ? table.delete(key) : table.set(record)
}
