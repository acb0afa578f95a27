import { spawn } from 'node:child_process'
import type { TrialNetwork } from './types.js'

/** Every machine is an address of 127/8: processes die, links cannot. */
export function createLoopback(machines: readonly string[], subnet: number): TrialNetwork {
  const refuse = () => {
    throw new Error('links of the loopback cannot be cut: this needs network namespaces (root, ip, nft)')
  }
  return {
    kind: 'loopback',
    addressOf: (machine) => `127.77.${subnet}.${machines.indexOf(machine) + 1}`,
    spawn: (_, [program = '', ...args], options) => spawn(program, args, { ...options, detached: true }),
    cut: refuse,
    setLoss: refuse,
    setFilter: refuse,
    setPlug: refuse,
    heal: () => {},
    close: async () => {},
  }
}
