import { workerData } from 'node:worker_threads'
import { monotonicMs } from '../process/monotonic.js'
import { Expiry } from './expiry.js'
import type { FenceThreadData } from './fence-thread.js'
import { endWard } from './ward.js'
import { WardTable } from './ward-table.js'

/** How late an end may be noticed; a part of the kill budget of 500 ms. */
const LOOK_MS = 20

const { memory, services } = workerData as FenceThreadData
const table = new WardTable(memory)
const expiry = new Expiry()

setInterval(() => {
  services.forEach((service, row) => {
    const found = table.get(row)
    if (!found || !expiry.isDue(service.service, found.untilMs, monotonicMs())) return
    endWard({ ...service, group: found.group === 0 ? null : found.group, started: found.started })
    table.countKill(row)
  })
}, LOOK_MS)
