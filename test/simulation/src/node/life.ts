import type { EngineConfig, EngineState } from '@montana/consensus'
import type { StubSigner } from '../stubs/signatures.js'
import { Candidacy } from './candidacy.js'
import type { Disk } from './disk.js'
import { EvidenceDesk } from './evidence-desk.js'
import type { UndatedEvent } from './inbox.js'
import type { ClockProof, Packet } from './packet.js'
import { Postbox } from './postbox.js'
import type { ProcessInit, ProcessModules } from './process.js'
import { Prover } from './prover.js'
import type { Timers } from './timers.js'
import { Workshop } from './workshop.js'

/** What a process has while it is up, and loses when it dies. */
export interface Life {
  state: EngineState
  wakeAtMs: number | undefined
  readonly workshop: Workshop
  readonly postbox: Postbox
  readonly prover: Prover
  readonly desk: EvidenceDesk
  /** Of a newcomer only. */
  readonly candidacy: Candidacy | undefined
}

export interface LifeModules extends ProcessModules {
  readonly init: ProcessInit
  readonly config: EngineConfig
  readonly disk: Disk
  readonly timers: Timers
  readonly signer: StubSigner
  state(): EngineState
  feed(event: UndatedEvent): void
  note(line: string): void
  /** T_r(window) was computed, or checked in full. */
  onValue(window: number, value: Uint8Array): void
}

export function beginLife(modules: LifeModules, state: EngineState): Life {
  const { init, timers, dice, disk, clock, peers, config, feed, onValue, broadcast } = withBroadcast(modules)
  const chain = () => modules.state().chain
  const { stepsPerSecond, signer } = init
  const onTick = (proof: ClockProof) => {
    prover.keep(proof)
    onValue(proof.window, proof.end)
  }
  const workshop = new Workshop({ timers, dice, disk, clock, signer, stepsPerSecond, chain, feed, onTick })
  const desk = new EvidenceDesk({
    ...{ disk, chain, feed, scheme: modules.authenticator.scheme, genesisHash: config.genesisHash },
    broadcast: (evidence) => broadcast({ type: 'evidence', evidence }),
  })
  const candidacy = init.isNewcomer
    ? new Candidacy({
        ...{ disk, clock, signer, chain, nodeId: config.selfNodeId },
        broadcast: (payload) => {
          const { window } = chain().context
          broadcast({ type: 'message', message: { kind: 'registration', window, payload } })
        },
      })
    : undefined
  const postbox: Postbox = new Postbox({
    ...{ ...modules, rule: config.rule, isVoting: config.cementing === 'vote', bugs: init.bugs },
    proofOf: (window) => prover.proofOf(window),
    ownRegistration: (hash) => candidacy?.registrationOf(hash),
    takeEvidence: (pair) => desk.take(pair),
  })
  const { requests } = postbox
  const prover: Prover = new Prover({ timers, dice, clock, requests, peers, stepsPerSecond, feed, onValue })
  return { state, wakeAtMs: undefined, workshop, postbox, prover, desk, candidacy }
}

function withBroadcast(modules: LifeModules) {
  const broadcast = (packet: Packet) => {
    for (const peer of modules.peers) modules.send(peer, packet)
  }
  return { ...modules, broadcast }
}
