import type { Kind } from '../plan/types.js'
import { clock } from './clock.js'
import { cpu } from './cpu.js'
import { eio } from './eio.js'
import { enospc } from './enospc.js'
import { freeze } from './freeze.js'
import { kill, restart } from './kill.js'
import type { Nemesis } from './nemesis.js'
import { partition } from './partition.js'
import { bandwidth, delay, loss } from './traffic.js'
import { upgrade } from './upgrade.js'

export const NEMESES: Readonly<Record<Kind, Nemesis>> = {
  kill,
  freeze,
  restart,
  cpu,
  clock,
  enospc,
  eio,
  halves: partition,
  isolated: partition,
  'one-way': partition,
  ring: partition,
  loss,
  bandwidth,
  delay,
  upgrade,
}
