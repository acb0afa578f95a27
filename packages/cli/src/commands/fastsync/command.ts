import { errorCode } from '@montana/foundation'
import { Command } from 'commander'
import { caughtUpLine } from '../../catch-up-line.js'
import type { CliContext, GlobalOptions } from '../../context.js'
import { addNodeFlags, fetchStatus, statusAt } from '../../node-client.js'
import { ProgressLine } from '../../progress-line.js'
import { addStartFlags, resolveStartOptions } from '../../start-flags.js'
import { type SyncResult, type WatchModules, watchUntilSynced } from './watch.js'

/** Exit 0 once the node follows its peers. A node that runs already is only watched. */
export function fastsyncCommand(context: CliContext): Command {
  const command = new Command('fastsync').description(
    'bring a node to the head of its peers and show how far it is; starts one where none runs, by snapshot unless --sync says otherwise, and ends it when it is done',
  )
  return addStartFlags(addNodeFlags(command)).action(async (_: unknown, self: Command) => {
    const { json, quiet, statusUrl } = self.optsWithGlobals<GlobalOptions & { statusUrl?: string }>()
    const progress = new ProgressLine(process.stderr.isTTY === true && !quiet)
    const show = (line: string) => progress.show(line)
    const isRunning = statusUrl !== undefined || (await answers(context, self))
    const sync = isRunning ? watchRunning : startAndWatch
    const result = await sync(context, self, show).finally(() => progress.clear())
    if (json) context.json(result)
    else print(context, result)
  })
}

async function answers(context: CliContext, self: Command): Promise<boolean> {
  try {
    await fetchStatus(context, self)
    return true
  } catch (error) {
    if (errorCode(error) === 'NOT_RUNNING') return false
    throw error
  }
}

async function watchRunning(context: CliContext, self: Command, show: WatchModules['show']): Promise<SyncResult> {
  return await watchUntilSynced({ status: () => fetchStatus(context, self), show, signal: context.signal })
}

async function startAndWatch(context: CliContext, self: Command, show: WatchModules['show']): Promise<SyncResult> {
  const { startNode } = await import('@montana/node')
  const { values, origins } = resolveStartOptions(context, self)
  const sync = origins.sync === 'default' ? 'snapshot' : values.sync
  // stdout is for the result: without a file for it there is no log.
  const logLevel = values.logFile === undefined ? 'silent' : values.logLevel
  const options = { ...values, sync, logLevel } as const
  const node = await startNode(options, { notice: (line) => context.err(`montana: ${line}`) })
  const { signal } = context
  try {
    const status = () => statusAt(node.statusUrl, signal)
    const ended = node.ended.then(() => Promise.reject(new Error('the node ended before it was synced')))
    return await Promise.race([watchUntilSynced({ status, show, signal }), ended])
  } finally {
    await node.stop()
  }
}

function print(context: CliContext, result: SyncResult): void {
  const { window, state_root, peers, findings } = result
  context.out(`synced at window ${window} with ${peers} peers, state root ${state_root.slice(0, 16)}`)
  if (result.mode) context.out(caughtUpLine(result))
  for (const { code, peer, detail } of findings) context.out(`finding: ${code}${peer ? ` (${peer})` : ''}: ${detail}`)
}
