import { selectPqBackend } from '@montana/crypto'
import { loadBackend } from '@montana/native'
import { buildInfo } from '@montana/node/settings'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../context.js'

export function versionCommand(context: CliContext): Command {
  return new Command('version')
    .description('version, revision and the backends of this host')
    .action(async (_, command: Command) => {
      const { version, revision } = buildInfo()
      const clock = loadBackend().backend.name
      const crypto = await selectPqBackend()
      const facts = { version, revision, node: process.versions.node, clockBackend: clock, cryptoBackend: crypto.name }
      await crypto.close()
      if (command.optsWithGlobals<GlobalOptions>().json) return context.json(facts)
      context.out(`montana ${version}${revision ? ` (${revision.slice(0, 12)})` : ''}`)
      context.out(`node ${facts.node}, clock ${clock}, crypto ${facts.cryptoBackend}`)
    })
}
