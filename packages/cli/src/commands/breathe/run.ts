import { dirname, join } from 'node:path'
import type { BreathAlarm, Breathing, BreathStats } from '@montana/breathing'
import type { BreathCycle } from '@montana/failover'
import type { Logger } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { DEFAULT_SOCKET } from '../failover/agent-flags.js'
import { AgentPeers, type BreathEnd } from './agent-peers.js'
import { addBreatheFlags, type BreatheFlags, openBreathing } from './open.js'

const MS = 1000

interface RunFlags extends BreatheFlags {
  agentSocket?: string
}

export function runCommand(context: CliContext): Command {
  const command = new Command('run')
    .description('breathe until stopped: after every write, every poke, and on schedule')
    .option(
      '--agent-socket <path>',
      `socket of the failover agent (default: MONTANA_FAILOVER_SOCKET, else ${DEFAULT_SOCKET})`,
    )
  return addBreatheFlags(command).action(async (_, self: Command) => {
    await run(context, self.optsWithGlobals<RunFlags>())
  })
}

async function run(context: CliContext, flags: RunFlags): Promise<void> {
  context.runsUntilStopped()
  const { signal, environment } = context
  const socket = flags.agentSocket ?? environment.MONTANA_FAILOVER_SOCKET ?? DEFAULT_SOCKET
  const { ControlClient } = await import('@montana/failover/client')
  const own = environment.MONTANA_BREATH_SOCKET ?? join(dirname(socket), 'breath.sock')
  const peers = new AgentPeers(new ControlClient(socket), own)
  const isAttached = await peers.greet(signal)
  const modules = { peers, epoch: () => peers.epoch(), role: () => peers.role() }
  const breathing = await openBreathing(context, flags, { ...modules, ...reporters(context, flags.json === true) })
  const { createKeepalive, openServiceManager } = await import('@montana/native')
  const keepalive = createKeepalive(openServiceManager(environment, stderrLogger(context)), () => true)
  try {
    if (isAttached || flags.agentSocket !== undefined) await peers.serve(breathEnd(breathing), signal)
    await tellBound(context, breathing, isAttached)
    keepalive.ready()
    await breathing.run(signal)
  } finally {
    keepalive.stop()
    await peers.close()
    breathing.close()
  }
}

async function tellBound(context: CliContext, breathing: Breathing, isAttached: boolean): Promise<void> {
  const { breathBoundMs } = await import('@montana/breathing')
  const bound = breathBoundMs(breathing.options.intervalSeconds * MS) / MS
  if (isAttached) context.err('with the agent: a write is told to every host at once')
  else context.err(`no agent: the hub alone carries writes; one is on every reachable host within ${bound} s`)
}

/** What the agent asks of this breathing. */
function breathEnd(breathing: Breathing): BreathEnd {
  const startedMs = Date.now()
  return {
    state: () => {
      const { lastInhaleAt, interval_sec: intervalSeconds } = breathing.getStats()
      const sinceMs = Date.now() - (lastInhaleAt === null ? startedMs : Date.parse(lastInhaleAt))
      return { head: breathing.head(), lagMs: Math.max(0, sinceMs - intervalSeconds * MS) }
    },
    cycle: () => cycleOf(breathing),
    noteHead: (host, head) => breathing.noteHead(host, head),
  }
}

/** What the agent takes. */
const MESSAGE_MAX_CHARS = 500

function cycleOf(breathing: Breathing): BreathCycle {
  const { lastInhaleAt, lastExhaleAt, lastError, failedCycles, unpushedAgeMs, conflicts } = breathing.getStats()
  return {
    ...{ lastInhaleAt, lastExhaleAt, failedCycles, unpushedAgeMs, conflicts },
    lastError: lastError && { ...lastError, message: lastError.message.slice(0, MESSAGE_MAX_CHARS) },
    lagByHostMs: breathing.lagMs(),
  }
}

function reporters(context: CliContext, isJson: boolean) {
  return {
    logger: stderrLogger(context),
    onCycle: (stats: BreathStats) => (isJson ? context.json({ event: 'cycle', ...stats }) : context.out(line(stats))),
    onAlarm: (alarm: BreathAlarm) => {
      if (isJson) context.json({ event: 'alarm', ...alarm })
      else context.err(`alarm: ${alarm.message} (${alarm.code})`)
    },
  }
}

function stderrLogger(context: CliContext): Logger {
  const tell = (fields: Readonly<Record<string, unknown>>, message: string) => {
    context.err(`breathe: ${message}${fields.reason === undefined ? '' : `: ${String(fields.reason)}`}`)
  }
  return { debug: () => {}, info: tell, warn: tell, error: tell }
}

function line({ inhaleTotal, inhaleFailed, exhaleTotal, exhaleFailed, unpushedAgeMs, conflicts }: BreathStats): string {
  const waiting = unpushedAgeMs > 0 ? `, unpublished for ${Math.round(unpushedAgeMs / MS)} s` : ''
  const inhaled = `in ${inhaleTotal - inhaleFailed}/${inhaleTotal}`
  return `${inhaled}, out ${exhaleTotal - exhaleFailed}/${exhaleTotal}, ${conflicts} conflicts${waiting}`
}
