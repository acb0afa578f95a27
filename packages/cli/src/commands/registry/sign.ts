import { documentDigest, readOperatorKey, signDocument } from '@montana/fleet'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { readDraft, withBackend, writeDraft } from './draft-file.js'

export function signCommand(context: CliContext): Command {
  return new Command('sign')
    .description('add the signature of one operator to a registry')
    .argument('<file>', 'the registry')
    .requiredOption('--key <FILE>', 'the operator key, of montana keys new')
    .action(async (file: string, options: { key: string }, self: Command) => {
      const operator = await readOperatorKey(options.key)
      const draft = await readDraft(file)
      const signed = await withBackend(async (backend) => {
        const signer = await backend.importSigner(operator.seed)
        operator.seed.fill(0)
        return await signDocument(draft, operator.id, signer)
      })
      await writeDraft(file, signed)
      const { version, signatures } = signed
      const signers = signatures.map((signature) => signature.operator)
      const facts = { file, version, sha256: documentDigest(signed), signers }
      if (self.optsWithGlobals<GlobalOptions>().json) return context.json(facts)
      context.out(`${file}: version ${version} is signed by ${signers.join(', ')}`)
    })
}
