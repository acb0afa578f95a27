import { createSignatureVerifier } from '@montana/crypto'
import { REGISTRY_KIND, readDocumentFile, readTrustRoot, verifyDocument } from '@montana/fleet'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { withBackend } from './draft-file.js'

/** Exit 0: a host would accept it; 1 and the code of the first rule that fails; 78 without a trust root. */
export function verifyCommand(context: CliContext): Command {
  return new Command('verify')
    .description('whether a host would accept a registry, whatever it has seen before')
    .argument('<file>', 'the registry')
    .requiredOption('--operators <FILE>', 'the trust root, operators.json')
    .action(async (file: string, options: { operators: string }, self: Command) => {
      const trust = await readTrustRoot(options.operators)
      const bytes = await readDocumentFile(file)
      const { document, sha256, signers } = await withBackend(async (backend) => {
        const verify = createSignatureVerifier(backend)
        return await verifyDocument(bytes, REGISTRY_KIND, { trust, verify, nowMs: Date.now() })
      })
      const { network, version, not_after: notAfter, hosts, witnesses } = document
      const counts = { hosts: hosts.length, witnesses: witnesses.length }
      const facts = { file, network, version, sha256, notAfter, signers, threshold: trust.threshold, ...counts }
      if (self.optsWithGlobals<GlobalOptions>().json) return context.json(facts)
      context.out(`${file}: good; version ${version}, signed by ${signers.join(', ')}, until ${notAfter}`)
    })
}
