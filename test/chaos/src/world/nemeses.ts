import type { Kind } from '../plan/types.js'
import { cpu } from './cpu.js'
import { freeze } from './freeze.js'
import { kill, restart } from './kill.js'
import type { Nemesis } from './nemesis.js'
import { halves, isolated, oneWay, ring } from './partition.js'
import { bandwidth, delay, loss } from './traffic.js'

const missing: Nemesis = (_, { kind }) => {
  throw new Error(`${kind} is not built`)
}

export const NEMESES: Readonly<Record<Kind, Nemesis>> = {
  kill,
  freeze,
  restart,
  cpu,
  clock: missing,
  enospc: missing,
  eio: missing,
  halves,
  isolated,
  'one-way': oneWay,
  ring,
  loss,
  bandwidth,
  delay,
  upgrade: missing,
}
