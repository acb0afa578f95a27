import { majorityOf } from '../complete.js'
import type { ConfigProblem } from '../problem.js'
import type { Draft } from '../read.js'
import { repeated } from './chains.js'

/** Only with a majority of the witnesses do any two quorums share one (7.1). */
export function witnessProblems(draft: Draft, count: number): ConfigProblem[] {
  const names = (draft.witnesses ?? []).map(({ name }, index) => name ?? `w${index + 1}`)
  return [...repeated(names).map(nameTwice), ...quorumProblems(draft, count), ...alwaysProblems(draft, count)]
}

function quorumProblems({ witnessQuorum, unsafeWitnessQuorum = false }: Draft, count: number): ConfigProblem[] {
  const majority = majorityOf(count)
  if (witnessQuorum === undefined) return []
  const lowest = unsafeWitnessQuorum ? Math.min(1, count) : majority
  if (witnessQuorum >= lowest && witnessQuorum <= count) return []
  const message = `a quorum of ${witnessQuorum} is no majority of ${count} witnesses`
  const remedy =
    count === 0 ? 'add witnesses, or remove it' : `write a number from ${majority} to ${count}, or remove it`
  return [{ code: 'WITNESS_QUORUM', field: 'witnessQuorum', message, remedy }]
}

function alwaysProblems({ coordinator }: Draft, count: number): ConfigProblem[] {
  if (count > 0 || coordinator?.kind !== 'chain' || coordinator.witnessQuorumFor === 'minority') return []
  const message = 'every leader shall need the witness quorum, but there is no witness'
  const remedy = 'add three witnesses, or write minority'
  return [{ code: 'WITNESS_QUORUM', field: 'coordinator.witnessQuorumFor', message, remedy }]
}

function nameTwice(name: string): ConfigProblem {
  const message = `two witnesses have the name ${name}`
  return { code: 'WITNESS_DUPLICATE', field: 'witnesses', message, remedy: 'give each a name of its own' }
}
