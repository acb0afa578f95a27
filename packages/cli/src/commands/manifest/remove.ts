import { MANIFEST_KIND, removePeer, revise } from '@montana/fleet'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { daysToMs, readDraft, writeUnchecked } from '../document/draft-file.js'

interface Flags extends GlobalOptions {
  manifest: string
  validDays: string
}

export function removeCommand(context: CliContext): Command {
  return new Command('remove')
    .description('take a node out of a manifest; a signed manifest becomes the draft of its next version')
    .argument('<label>', 'the node')
    .requiredOption('--manifest <FILE>', 'the manifest')
    .option('--valid-days <N>', 'how long the next version may be accepted', '90')
    .action(async (label: string, _: unknown, self: Command) => {
      const { manifest, validDays, json } = self.optsWithGlobals<Flags>()
      const before = await readDraft(manifest, MANIFEST_KIND)
      const issue = { issuedAtMs: Date.now(), validMs: daysToMs(validDays) }
      const draft = revise(before, { peers: removePeer(before.peers, label) }, issue)
      await writeUnchecked(manifest, MANIFEST_KIND, draft)
      const { version, peers } = draft
      if (json) return context.json({ file: manifest, version, removed: label, peers: peers.length })
      context.out(`${manifest}: version ${version}, not signed yet; ${label} is not in it any more`)
    })
}
