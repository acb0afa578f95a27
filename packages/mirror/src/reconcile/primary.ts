import { MirrorError } from '../contracts/errors.js'
import type { VariableStore } from '../contracts/provider.js'
import { readBackVariables, writeVariables } from './role-write.js'

const FIRST_EPOCH = 1

/**
 * Role MASTER and epoch 1, read back; before guarded workflows are pushed, which do nothing without. A repository that has an
 * epoch already keeps it. A role that only a demotion may end is PRECONDITION. Spec repository-mirror 8.2.
 */
export async function configurePrimary(store: VariableStore, signal: AbortSignal): Promise<void> {
  const role = await store.get('MIRROR_ROLE', signal)
  if (role === 'TEMPORARY_MASTER' || role === 'SLAVE') throw otherRole(role)
  const epoch = (await store.get('MIRROR_EPOCH', signal)) ?? String(FIRST_EPOCH)
  // The role last: from there on the repository may act.
  const wanted = new Map([
    ['MIRROR_EPOCH', epoch],
    ['MIRROR_ROLE', 'MASTER'],
  ])
  await writeVariables(store, wanted, signal)
  await readBackVariables(store, wanted, signal)
}

function otherRole(role: string): MirrorError {
  const name = role === 'SLAVE' ? 'a replica' : 'a temporary primary'
  return new MirrorError('PRECONDITION', `this repository is ${name}, not a new primary`, {
    remedy: 'Promote or demote it; or remove its variable MIRROR_ROLE if it was set by mistake.',
    field: 'MIRROR_ROLE',
  })
}
