import { type Effect, engineConfig, type Restored, restoreState } from '@montana/consensus'
import { createSignatureVerifier } from '@montana/crypto'
import { seededRandom, systemTime } from '@montana/foundation'
import { genesisHash } from '@montana/ledger'
import { onTestFinished } from 'vitest'
import { Authenticator } from '../../src/runtime/authenticator.js'
import { Inbox } from '../../src/runtime/inbox.js'
import { EngineLoop } from '../../src/runtime/loop.js'
import { diskGate } from './disk.js'
import type { World } from './world.js'

/** What one node hears: real engine, real signatures; its effects are noted and not carried out. */
export class Receiver {
  readonly loop: EngineLoop
  readonly inbox: Inbox
  readonly authenticator: Authenticator
  readonly effects: Effect[] = []
  /** `kind peer outcome`, in the order in which they were known. */
  readonly outcomes: string[] = []
  /** Peers that spoke of a window beyond the next. */
  readonly behind: string[] = []
  /** Every effect meets a disk without space meanwhile. */
  isDiskFull = false
  #heard: (outcome: string) => void = () => {}

  /** An observer by default: nothing that it hears makes it sign. */
  constructor(world: World, restored: Restored, selfNodeId = world.candidate.identity.nodeId) {
    const hash = genesisHash(world.document)
    const common = { genesisHash: hash, selfNodeId, minWindowMs: 0, random: seededRandom(1) }
    const config = engineConfig(world.document, { ...common, verify: { kind: 'quorum' } })
    this.authenticator = new Authenticator(createSignatureVerifier(world.crypto), hash)
    this.loop = new EngineLoop(config, restoreState(restored, systemTime.monotonicMs()), {
      time: systemTime,
      disk: diskGate(),
      execute: (effect) => {
        if (this.isDiskFull) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
        this.effects.push(effect)
      },
      onStep: () => {},
      onFatal: (error) => {
        throw error
      },
    })
    this.inbox = new Inbox({
      loop: this.loop,
      authenticator: this.authenticator,
      onBehind: (peer) => this.behind.push(peer),
      onOutcome: (kind, peer, outcome) => {
        this.outcomes.push(`${kind} ${peer} ${outcome}`)
        this.#heard(outcome)
      },
    })
  }

  /** What became of the one message that `say` hands to the inbox. */
  outcome(say: (inbox: Inbox) => void): Promise<string> {
    return new Promise((resolve) => {
      this.#heard = resolve
      say(this.inbox)
    })
  }

  /** Codes of what the engine refused, with the peer that is to blame. */
  get rejections(): string[] {
    return this.effects.flatMap((effect) => (effect.type === 'rejected' ? [`${effect.code} ${effect.from}`] : []))
  }
}

/** One that stops with the test; vitest keeps it until then, so a test that makes hundreds stops each itself. */
export function createReceiver(...init: ConstructorParameters<typeof Receiver>): Receiver {
  const made = new Receiver(...init)
  onTestFinished(() => made.loop.stop())
  return made
}
