import { bytesEqual, toHex } from '@montana/foundation'
import { decodeNodeRegistration, type NodeRecord, nodeIdOf, stateRoots } from '@montana/ledger'
import { short, type WindowFacts } from './facts.js'
import type { Oracle } from './oracle.js'

export const supplyOracle: Oracle<WindowFacts> = {
  invariant: 4,
  name: 'Supply',
  check: ({ after, document, window }) => {
    const total = [...after.tables.accounts.entries()].reduce((sum, { balance }) => sum + balance, 0n)
    const expected = document.params.emissionMoneta * BigInt(window)
    return total === expected ? undefined : `balances add up to ${total}, emitted were ${expected}`
  },
}

export const monotoneOracle: Oracle<WindowFacts> = {
  invariant: 5,
  name: 'Monotone',
  check: (facts) => {
    for (const node of facts.after.tables.nodes.entries()) {
      const problem = regression(facts.before.tables.nodes.get(node.nodeId), node) ?? checkpointProblem(facts, node)
      if (problem) return `${short(node.nodeId)}: ${problem}`
    }
    const lost = [...facts.before.tables.nodes.entries()].find(({ nodeId }) => !facts.after.tables.nodes.has(nodeId))
    return lost && `${short(lost.nodeId)} left the node table`
  },
}

function regression(before: NodeRecord | undefined, after: NodeRecord): string | undefined {
  if (!before) return undefined
  const growth = after.chainLength - before.chainLength
  if (growth < 0 || growth > 1) return `chain_length went from ${before.chainLength} to ${after.chainLength}`
  if (after.lastConfirmationWindow < before.lastConfirmationWindow) return 'last_confirmation_window fell'
  const fell = after.checkpoints.some((checkpoint, index) => checkpoint < (before.checkpoints[index] ?? 0))
  return fell ? 'a checkpoint fell' : undefined
}

function checkpointProblem({ window, document }: WindowFacts, node: NodeRecord): string | undefined {
  const { checkpoints, chainLength, chainLengthSnapshot } = node
  if (checkpoints.some((checkpoint, index) => checkpoint < (checkpoints[index - 1] ?? 0))) return 'checkpoints descend'
  if (window % document.params.tau2Windows !== 0) return undefined
  const expected = chainLength - (checkpoints[0] ?? 0)
  return chainLengthSnapshot === expected ? undefined : `snapshot is ${chainLengthSnapshot}, not ${expected}`
}

export const creditOracle: Oracle<WindowFacts> = {
  invariant: 7,
  name: 'Credit',
  check: ({ before, after, envelope, window }) => {
    const grown = [...after.tables.nodes.entries()]
      .filter(({ nodeId, chainLength }) => chainLength > (before.tables.nodes.get(nodeId)?.chainLength ?? chainLength))
      .map(({ nodeId }) => toHex(nodeId))
    const credited = envelope.confirmers.map(({ nodeId }) => toHex(nodeId)).sort()
    if (grown.sort().join() !== credited.join()) return `grown: ${grown.length}, in list 1: ${credited.length}`
    const stale = envelope.confirmers.find(
      ({ nodeId }) => after.tables.nodes.get(nodeId)?.lastConfirmationWindow !== window,
    )
    if (stale) return `${short(stale.nodeId)} is credited, but its last confirmation window is not ${window}`
    const missing = before.context.evidenceSigners.find((nodeId) => !credited.includes(toHex(nodeId)))
    return missing && `${short(missing)} carried the evidence of ${window - 1} and is not credited`
  },
}

export const admissionOracle: Oracle<WindowFacts> = {
  invariant: 14,
  name: 'Admission',
  check: (facts) => newNodeProblem(facts) ?? newCandidateProblem(facts) ?? operatorProblem(facts),
}

/** A candidate of the pool, or one that this very window's list 3 put there: control objects come before selection. */
function newNodeProblem({ before, after, envelope, window, document }: WindowFacts): string | undefined {
  const entered = [...after.tables.nodes.entries()].filter(({ nodeId }) => !before.tables.nodes.has(nodeId))
  const registered = envelope.control.map((bytes) => toHex(nodeIdOf(decodeNodeRegistration(bytes).nodePublicKey)))
  for (const { nodeId, startWindow, chainLength } of entered) {
    if (window % document.params.selectionInterval !== 0) return `${short(nodeId)} entered outside a selection window`
    const isCandidate = before.tables.candidates.has(nodeId) || registered.includes(toHex(nodeId))
    if (!isCandidate) return `${short(nodeId)} entered without being a candidate`
    if (startWindow !== window || chainLength !== 1) return `${short(nodeId)} entered with a history`
  }
  return undefined
}

/** A candidate record comes from list 3, and what is in list 3 had a quorum of listings before. */
function newCandidateProblem({ before, after, envelope, vouched, window }: WindowFacts): string | undefined {
  const entered = [...after.tables.candidates.entries()].filter(({ nodeId }) => !before.tables.candidates.has(nodeId))
  if (entered.length > envelope.control.length)
    return `${entered.length} candidates from ${envelope.control.length} objects`
  const unvouched = before.context.pendingControl.find(({ hash }) => !vouched.has(toHex(hash)))
  return unvouched && `control hash ${short(unvouched.hash)} of window ${window} never had a quorum of listings`
}

function operatorProblem({ after }: WindowFacts): string | undefined {
  const operators = [...after.tables.nodes.entries()].map(({ operatorAccountId }) => toHex(operatorAccountId))
  return new Set(operators).size === operators.length ? undefined : 'one operator account serves two nodes'
}

export const rootsOracle: Oracle<WindowFacts> = {
  invariant: 12,
  name: 'Determinism',
  check: ({ after, envelope: { header } }) => {
    const roots = stateRoots(after.tables)
    const wrong = (['accountRoot', 'nodeRoot', 'candidateRoot', 'stateRoot'] as const).find((name) => {
      return !bytesEqual(roots[name], header[name])
    })
    return wrong && `${wrong} of the header is not that of the stored records`
  },
}
