import { type DocumentKind, documentDigest, readOperatorKey, type SignedDocument, signDocument } from '@montana/fleet'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { readDraft, withBackend, writeDraft } from './draft-file.js'

export interface SignVerb<T extends SignedDocument> {
  readonly kind: DocumentKind<T>
  /** `registry`, `manifest`. */
  readonly noun: string
  /** What this operator must have said before it signs; throws otherwise. */
  readonly consent?: (document: T, options: Readonly<Record<string, unknown>>) => void
}

/** `montana NOUN sign FILE --key FILE`, for every kind of document. */
export function signCommand<T extends SignedDocument>(context: CliContext, verb: SignVerb<T>): Command {
  const { kind, noun, consent } = verb
  return new Command('sign')
    .description(`add the signature of one operator to a ${noun}`)
    .argument('<file>', `the ${noun}`)
    .requiredOption('--key <FILE>', 'the operator key, of montana keys new')
    .action(async (file: string, options: { key: string } & Record<string, unknown>, self: Command) => {
      const draft = await readDraft(file, kind)
      consent?.(draft, options)
      const signed = await signWith(options.key, draft)
      await writeDraft(file, kind, signed)
      const { version, signatures } = signed
      const signers = signatures.map((signature) => signature.operator)
      const facts = { file, version, sha256: documentDigest(signed), signers }
      if (self.optsWithGlobals<GlobalOptions>().json) return context.json(facts)
      context.out(`${file}: version ${version} is signed by ${signers.join(', ')}`)
    })
}

async function signWith<T extends SignedDocument>(keyFile: string, draft: T): Promise<T> {
  const operator = await readOperatorKey(keyFile)
  return await withBackend(async (backend) => {
    const signer = await backend.importSigner(operator.seed)
    operator.seed.fill(0)
    return await signDocument(draft, operator.id, signer)
  })
}
