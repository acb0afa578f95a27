import { z } from 'zod'
import { count, measured, ms, text, time } from './shapes.js'

const { strictObject } = z

export const agreementSchema = z
  .enum(['yes', 'no', 'unknown'])
  .describe('have all nodes that know the window the same hashes for it? unknown: fewer than two could be compared')

export const openWindowSchema = strictObject({
  window: count,
  proposer: text.nullable(),
  round: count,
  rule: text,
  waitsFor: z.array(text).describe('members whose confirmation none of the answering nodes but perhaps themselves has'),
}).describe('the window that is being decided, as the node with the head sees it')

export const recentWindowSchema = strictObject({
  window: count,
  at: time,
  tookMs: ms.describe('since the window before; null for the first that is known'),
  headerHash: text,
  agrees: agreementSchema,
  compared: count.describe('nodes whose hash of this window is known'),
})

export const heartbeatsSchema = strictObject({
  ok: count.describe('answered pings'),
  expected: count.describe('how many the time with a connection makes one expect: one per 5 s'),
  ratio: measured.describe('ok ÷ expected; null while too few are expected to say'),
})

export const peerSchema = strictObject({
  label: text,
  connected: z.boolean(),
  heartbeats: heartbeatsSchema,
  timeout: count,
  failed: count,
  rttP50Ms: ms,
  rttP99Ms: ms,
})

export const resourcesSchema = strictObject({
  cpuCores: measured.describe('CPU seconds per second of the process since the last sample; null for the first'),
  load1: measured,
  cores: count,
  rssBytes: measured,
  memUsedBytes: measured.describe('of the host'),
  memTotalBytes: measured,
  swapUsedBytes: measured,
  diskFreeBytes: measured,
  diskTotalBytes: measured,
  psiCpuPercent: measured.describe('time in which some task waited for a CPU; null where the kernel does not say'),
  psiMemPercent: measured.describe('time in which all tasks waited for memory'),
  psiIoPercent: measured.describe('time in which some task waited for a disk'),
  loopDelayMs: ms.describe('event loop delay of the node, p99'),
})

export const nodeSchema = strictObject({
  label: text,
  reachable: z.boolean(),
  error: strictObject({ code: text, text }).nullable(),
  phase: text.nullable(),
  candidate: strictObject({ done: count, required: count }).nullable().describe('work of a candidate'),
  nextSelection: count.nullable().describe('window of the next selection, which may admit who is registered'),
  signFrom: count.nullable().describe('first window that it signs; null while isSilent: it does not know yet'),
  isSilent: z.boolean().nullable(),
  window: count.nullable(),
  lag: count.nullable().describe('windows behind the head'),
  synced: z.boolean().nullable(),
  headerHash: text.nullable(),
  stateRoot: text.nullable(),
  peersConnected: count.nullable(),
  peersTotal: count.nullable(),
  heartbeats: heartbeatsSchema.nullable(),
  rssBytes: measured,
  restarts: measured,
  uptimeS: measured,
  build: text.nullable(),
  clock: strictObject({ backend: text, stepsPerSecond: measured, load: measured }).nullable(),
  resources: resourcesSchema.nullable(),
  degraded: z.array(text).describe('codes that the node raises about itself'),
  findings: z.array(text),
  peers: z.array(peerSchema),
})

export const alertSchema = strictObject({
  id: text.describe('the same while it lasts'),
  severity: z.enum(['critical', 'warning', 'info']),
  code: text,
  nodes: z.array(text).describe('of which it was seen; empty: of the mesh'),
  text: text.describe('what was seen'),
  remedy: text.describe('what to do about it'),
})

export const meshSchema = strictObject({
  at: time,
  network: text.nullable(),
  head: strictObject({ label: text, window: count }).nullable(),
  cementedAgeMs: ms.describe('time since the head was cemented, by the clock of the node that has it'),
  paceMs: ms.describe('what a window usually takes; null while that is not known'),
  isOverdue: z.boolean().describe('nothing was cemented for longer than it should take'),
  common: strictObject({ window: count, agrees: agreementSchema, compared: count })
    .nullable()
    .describe('at the lowest window of all nodes that answer'),
  members: strictObject({ active: count.nullable(), up: count }).describe(
    'members of the ledger, and how many of them are here and answer',
  ),
  open: openWindowSchema.nullable(),
  recent: z.array(recentWindowSchema).describe('oldest first'),
  alerts: z.array(alertSchema).describe('what needs an operator now, the gravest first'),
  moreAlerts: count.describe('alerts left out of the list'),
  nodes: z.array(nodeSchema),
}).describe('all nodes at one moment, compared with each other; the event "mesh" carries the same')
