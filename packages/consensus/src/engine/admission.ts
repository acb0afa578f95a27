import { bytesEqual, compareBytes, toHex } from '@montana/foundation'
import { type NodeRegistration, nodeIdOf, registrationFault, registrationHash } from '@montana/ledger'
import type { ChainState } from '../chain-state.js'
import { CONFIRMATION_OPS_LISTED_MAX, REGISTRATIONS_MAX } from '../constants.js'
import { nextControlSet } from '../control.js'
import type { Settled } from '../settle.js'
import type { PeerName, ProofVerdict } from './events.js'
import { type Run, withEntry } from './run.js'
import { headOf, isMember, type PendingRegistration } from './state.js'
import { want } from './vote/wanted.js'

/**
 * Why a registration cannot be listed in BC(W), W = head + 1, as far as can be known: it would be applied in W + 1 at
 * the earliest (spec protocol 12.3).
 */
function faultOf(run: Run, registration: NodeRegistration) {
  const { tables, params } = run.state.chain
  return registrationFault(tables, registration, true, headOf(run.state) + 2, params)
}

/** A body that a candidate sent, or that was asked for because it is due for inclusion. */
export function receiveRegistration(run: Run, registration: NodeRegistration, from: PeerName): void {
  const hash = registrationHash(registration.bytes)
  if (!isMember(run.state, run.config) || run.state.registrations.has(toHex(hash))) return
  if (isPending(run, hash)) return keep(run, { registration, hash, proof: 'unknown' })
  const window = headOf(run.state) + 1
  const fault = faultOf(run, registration)
  if (fault) return run.emit({ type: 'rejected', from, window, code: fault })
  const rival = [...run.state.registrations.values()].find((one) => {
    return bytesEqual(one.registration.nodePublicKey, registration.nodePublicKey)
  })
  // A body that this node vouched for must stay until it is processed, and one check of work ends before the next begins.
  const isKept = rival !== undefined && rival.proof !== 'unknown'
  if (rival && (isKept || rival.registration.vdfChainLength >= registration.vdfChainLength)) return
  if (!rival && run.state.registrations.size >= REGISTRATIONS_MAX) return
  if (rival) forget(run, [rival])
  keep(run, { registration, hash, proof: 'unknown' })
  checkNextProof(run)
}

function isPending(run: Run, hash: Uint8Array): boolean {
  return run.state.chain.context.pendingControl.some((entry) => bytesEqual(entry.hash, hash))
}

function keep(run: Run, entry: PendingRegistration): void {
  run.update({ registrations: withEntry(run.state.registrations, toHex(entry.hash), entry) })
}

/** Proofs are checked one at a time, after every cheap rule passed: spec protocol 13.4. */
function checkNextProof(run: Run): void {
  const entries = [...run.state.registrations.values()]
  if (entries.some(({ proof }) => proof === 'asked')) return
  const next = entries.find((entry) => entry.proof === 'unknown' && !faultOf(run, entry.registration))
  if (!next) return
  keep(run, { ...next, proof: 'asked' })
  run.emit({ type: 'verifyCandidate', hash: next.hash, registration: next.registration })
}

/**
 * The candidate's work was checked. The body is durable before any confirmation names it. Where nobody had the proof the
 * registration is forgotten: its candidate sends it again.
 */
export function receiveCandidateVerified(run: Run, hash: Uint8Array, verdict: ProofVerdict): void {
  const entry = run.state.registrations.get(toHex(hash))
  if (entry && verdict === 'valid') {
    keep(run, { ...entry, proof: 'proven' })
    run.emit({ type: 'keep', hash, bytes: entry.registration.bytes })
  } else if (entry) {
    forget(run, [entry])
    if (verdict === 'invalid') reportWork(run, entry)
  }
  checkNextProof(run)
}

function reportWork(run: Run, { registration }: PendingRegistration): void {
  const detail = `the work of node ${toHex(nodeIdOf(registration.nodePublicKey)).slice(0, 16)} does not hold`
  run.emit({ type: 'finding', code: 'RegistrationRefused', window: headOf(run.state), detail })
}

/** Hashes that BC(head + 1) may name: proven, still admissible, not cemented yet; the smallest first. */
export function listableOps(run: Run): Uint8Array[] {
  return [...run.state.registrations.values()]
    .filter(
      ({ proof, hash, registration }) => proof === 'proven' && !isPending(run, hash) && !faultOf(run, registration),
    )
    .map(({ hash }) => hash)
    .sort(compareBytes)
    .slice(0, CONFIRMATION_OPS_LISTED_MAX)
}

/** Bodies of the control set of head + 1 in order; undefined while one is missing, which is then asked for. */
export function controlBodies(run: Run): Uint8Array[] | undefined {
  const window = headOf(run.state) + 1
  const bodies = nextControlSet(run.state.chain).map(({ hash }) => {
    const bytes = run.state.registrations.get(toHex(hash))?.registration.bytes
    if (!bytes) want(run, `registration:${toHex(hash)}`, { what: 'registration', window, hash, from: undefined })
    return bytes
  })
  const present = bodies.flatMap((bytes) => bytes ?? [])
  return present.length === bodies.length ? present : undefined
}

/** What was processed needs no body any more; what cannot be admitted any more needs no place. */
export function forgetProcessed(run: Run, previous: ChainState, { outcomes }: Settled): void {
  const served = new Set(nextControlSet(previous).map(({ hash }) => toHex(hash)))
  for (const { hash } of outcomes) served.add(toHex(hash))
  const over = [...run.state.registrations.values()].filter((entry) => {
    return served.has(toHex(entry.hash)) || (!isPending(run, entry.hash) && faultOf(run, entry.registration))
  })
  if (over.length === 0) return
  forget(run, over)
  checkNextProof(run)
}

function forget(run: Run, entries: readonly PendingRegistration[]): void {
  const gone = new Set(entries.map(({ hash }) => toHex(hash)))
  run.update({ registrations: new Map([...run.state.registrations].filter(([key]) => !gone.has(key))) })
  for (const { hash, proof } of entries) if (proof === 'proven') run.emit({ type: 'drop', hash })
}
