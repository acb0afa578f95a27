import { createSignatureVerifier } from '@montana/crypto'
import { type DocumentKind, readDocumentFile, readTrustRoot, type SignedDocument, verifyDocument } from '@montana/fleet'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { readDraft, withBackend } from './draft-file.js'

type Flags = GlobalOptions & Record<string, unknown> & { operators: string; previous?: string }

export interface VerifyVerb<T extends SignedDocument> {
  readonly noun: string
  /** The kind by the flags of this call. */
  kind(flags: Flags): Promise<DocumentKind<T>>
  /** What else is told of a good one. */
  facts(document: T): Record<string, unknown>
}

/** Exit 0: a host would accept it; 1 and the code of the first rule that fails; 78 without a trust root. */
export function verifyCommand<T extends SignedDocument>(context: CliContext, verb: VerifyVerb<T>): Command {
  return new Command('verify')
    .description(`whether a host would accept a ${verb.noun}, whatever it has seen before`)
    .argument('<file>', `the ${verb.noun}`)
    .requiredOption('--operators <FILE>', 'the trust root, operators.json')
    .action(async (file: string, _: unknown, self: Command) => {
      const flags = self.optsWithGlobals<Flags>()
      const trust = await readTrustRoot(flags.operators)
      const kind = await verb.kind(flags)
      const previous = flags.previous === undefined ? null : await readDraft(flags.previous, kind)
      const bytes = await readDocumentFile(file)
      const { document, sha256, signers } = await withBackend(async (backend) => {
        const modules = { trust, verify: createSignatureVerifier(backend), nowMs: Date.now(), previous }
        return await verifyDocument(bytes, kind, modules)
      })
      const { network, version, not_after: notAfter } = document
      const head = { file, network, version, sha256, notAfter, signers, threshold: trust.threshold }
      if (flags.json) return context.json({ ...head, ...verb.facts(document) })
      context.out(`${file}: good; version ${version}, signed by ${signers.join(', ')}, until ${notAfter}`)
    })
}
