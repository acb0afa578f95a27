import { randomBytes } from 'node:crypto'
import { MLDSA_SEED_BYTES } from '@montana/crypto'
import { type OperatorEntry, operatorKeyText } from '@montana/fleet'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { withBackend } from '../document/draft-file.js'
import { PUBLIC_MODE, SECRET_MODE, writeNewFile } from './new-file.js'

interface Flags extends GlobalOptions {
  out: string
  id: string
  label?: string
}

/** The private half never leaves its file; the public half is what `operators` puts into the trust root. */
export function newCommand(context: CliContext): Command {
  return new Command('new')
    .description('make the key of an operator, who signs registries; keep it off the hosts')
    .requiredOption('--out <FILE>', 'the new secret file (mode 0600); FILE.pub gets the public half')
    .requiredOption('--id <NAME>', 'the operator, as signatures name it: 1 to 32 of a-z, 0-9 and -')
    .option('--label <TEXT>', 'what people call the operator (default: its id)')
    .action(async (_: unknown, self: Command) => {
      const { out, id, label = id, json } = self.optsWithGlobals<Flags>()
      const entry = await makeKey(out, id, label)
      const facts = { file: out, publicFile: `${out}.pub`, id, label, publicKey: entry.public_key }
      if (json) return context.json(facts)
      context.out(`${out}: key of operator ${id}; keep it secret and off the hosts`)
      context.out(`${out}.pub: its public half, for montana keys operators`)
    })
}

async function makeKey(out: string, id: string, label: string): Promise<OperatorEntry> {
  const seed = new Uint8Array(randomBytes(MLDSA_SEED_BYTES))
  try {
    const publicKey = await withBackend(async (backend) => (await backend.importSigner(seed)).publicKey)
    await writeNewFile(out, operatorKeyText({ id, label, seed, publicKey }), SECRET_MODE)
    const entry = { id, label, public_key: Buffer.from(publicKey).toString('base64') }
    await writeNewFile(`${out}.pub`, `${JSON.stringify(entry, null, 2)}\n`, PUBLIC_MODE)
    return entry
  } finally {
    seed.fill(0)
  }
}
