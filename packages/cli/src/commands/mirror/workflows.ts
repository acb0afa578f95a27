import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { WorkflowSource } from '@montana/mirror'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addMirrorFlags, type MirrorFlags, readManifest, readPlace, textOf } from './open.js'

const FOLDER = join('.github', 'workflows')
const OUT_OF_STEP = 3

export function workflowsCommand(context: CliContext): Command {
  const check = new Command('check').description(
    'name each workflow that could act without leave, and each secret that no list knows',
  )
  addMirrorFlags(check).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<MirrorFlags>()
    const { checkWorkflows } = await import('@montana/mirror')
    const place = await readPlace(context, flags)
    const findings = checkWorkflows(sourcesOf(join(place.source, FOLDER)), await readManifest(place))
    if (flags.json) context.json({ findings })
    else for (const { code, message, remedy } of findings) context.out(`${code}: ${message}; ${remedy}`)
    if (!flags.json && findings.length === 0) context.out('every workflow is guarded, every secret is listed')
    context.exit(findings.length === 0 ? 0 : OUT_OF_STEP)
  })
  return new Command('workflows').description('workflows of the mirrored repository').addCommand(check)
}

function sourcesOf(folder: string): WorkflowSource[] {
  return namesIn(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((file) => ({ file, text: textOf(join(folder, file)) ?? '' }))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}
