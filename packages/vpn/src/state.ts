import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode, makeDirectory, writeFileDurably } from '@montana/foundation'
import { z } from 'zod'

const STATE_MODE = 0o644
const FOLDER_MODE = 0o755
const MAX_BYTES = 1024 * 1024

const stateForm = z.object({
  schema: z.literal('montana.vpn-state/1'),
  interface: z.string(),
  label: z.string(),
  /** The roster that was applied. */
  roster: z.object({ version: z.int(), sha256: z.string(), not_after: z.string() }),
  /** Of the configuration without its private key. */
  config_sha256: z.string(),
  /** Of this host, base64. */
  public_key: z.string(),
  /** Labels of the hosts that are authorised. */
  peers: z.array(z.string()),
  /** When the interface was last changed, and when it was last found or made right. */
  changed_at: z.string().nullable(),
  applied_at: z.string(),
})

/** What was applied last, for people and monitoring: names hosts by label only. Spec operations 1. */
export type VpnState = z.infer<typeof stateForm>

/** Null where nothing was applied yet; a damaged file counts as that, and the next run writes it anew. */
export async function readState(path: string): Promise<VpnState | null> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return ''
    throw error
  })
  return text.length > MAX_BYTES ? null : parseState(text)
}

export async function writeState(path: string, state: VpnState): Promise<void> {
  await makeDirectory(dirname(path), FOLDER_MODE)
  await writeFileDurably(path, `${JSON.stringify(state, null, 2)}\n`, STATE_MODE)
}

function parseState(text: string): VpnState | null {
  try {
    return stateForm.parse(JSON.parse(text))
  } catch {
    return null
  }
}
