import { createServer, type Server } from 'node:net'
import { createLoopback, createNamespaces, type TrialNetwork } from '@montana/netns'
import { LABELS, type Label, NODE_PORT } from '../mesh/constants.js'
import type { Ability } from '../plan/kinds.js'
import type { Kind, Plan } from '../plan/types.js'

const SUBNETS = 250

/** A machine for each node. Runs side by side do not meet: a namespace carries the id of this process. */
export async function openNetwork(lacks: ReadonlyMap<Ability, string>): Promise<TrialNetwork> {
  if (!lacks.has('namespaces')) return createNamespaces(LABELS, String(process.pid))
  const { subnet, release } = await reserveSubnet()
  return { ...createLoopback(LABELS, subnet), close: release }
}

/** Whoever listens on the last address of a subnet has it. */
async function reserveSubnet() {
  for (let tried = 0; tried < SUBNETS; tried++) {
    const subnet = ((process.pid + tried) % SUBNETS) + 1
    const server = await listen(`127.77.${subnet}.254`)
    if (server) return { subnet, release: async () => void server.close() }
  }
  throw new Error('every subnet of the loopback is in use')
}

/** Resolves to undefined where somebody listens there already. */
function listen(host: string): Promise<Server | undefined> {
  const server = createServer().unref()
  return new Promise((resolve, reject) => {
    server.once('listening', () => resolve(server))
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    )
    server.listen(NODE_PORT, host)
  })
}

/** Of each fault of the plan. */
export function kindsOf({ steps }: Plan): Kind[] {
  return steps.flatMap(({ faults }) => faults.map(({ kind }) => kind))
}

/** Whom the plan hits with one kind of fault. */
export function targetsOf({ steps }: Plan, kind: Kind): Label[] {
  const faults = steps.flatMap((step) => step.faults).filter((fault) => fault.kind === kind)
  return [...new Set(faults.flatMap(({ targets }) => targets))]
}
